/*
 * Clones a repository with an installation's token, by libgit2.
 *
 *   cc clone_libgit2.c $(pkg-config --cflags --libs appmint libgit2) -o clone_libgit2
 *   ./clone_libgit2 INSTALLATION_ID URL FOLDER
 *
 * The app comes from the environment: see from_environment.h.
 */
#include "from_environment.h"

#include <git2.h>

struct access {
  const appmint_source *source;
  int attempts;
};

/* libgit2 asks again after a refusal: the token is forgotten then, and asked for once more. */
static int credential(git_credential **out, const char *url, const char *user, unsigned allowed, void *payload) {
  struct access *access = payload;
  appmint_token *token = NULL;
  appmint_error *error = NULL;
  int failed;
  (void)url, (void)user;
  if (!(allowed & GIT_CREDENTIAL_USERPASS_PLAINTEXT)) return GIT_PASSTHROUGH;
  if (++access->attempts > 2) return GIT_EAUTH;
  if (access->attempts > 1) appmint_source_invalidate(access->source);
  if (appmint_source_token(access->source, APPMINT_DEFAULT, APPMINT_DEFAULT, &token, &error) != APPMINT_OK) {
    git_error_set_str(GIT_ERROR_CALLBACK, appmint_error_to_string(error));
    appmint_error_free(error);
    return GIT_EUSER;
  }
  /* GitHub's name for whoever comes with a token. */
  failed = git_credential_userpass_plaintext_new(out, "x-access-token", appmint_token_reveal(token, NULL));
  appmint_token_free(token);
  return failed;
}

int main(int argc, char **argv) {
  appmint_app *app = new_app(config_from_environment());
  appmint_source *source = NULL;
  appmint_error *error = NULL;
  git_repository *repository = NULL;
  git_clone_options options = GIT_CLONE_OPTIONS_INIT;
  struct access access = {NULL, 0};
  int failed;

  if (argc < 4) return fprintf(stderr, "usage: clone_libgit2 INSTALLATION_ID URL FOLDER\n"), 1;
  check(appmint_app_installation(app, argv[1], APPMINT_NTS, &source, &error), &error);
  access.source = source;
  git_libgit2_init();
  options.fetch_opts.callbacks.credentials = credential;
  options.fetch_opts.callbacks.payload = &access;
  failed = git_clone(&repository, argv[2], argv[3], &options) != 0;
  if (failed) fprintf(stderr, "%s\n", git_error_last() ? git_error_last()->message : "git_clone failed");
  git_repository_free(repository);
  git_libgit2_shutdown();
  appmint_source_free(source);
  appmint_app_free(app);
  return failed;
}
