/*
 * The app's key stays in a PKCS#11 token: an HSM, a smart card, or SoftHSM2.
 *
 *   cc signer_pkcs11.c $(pkg-config --cflags --libs appmint p11-kit-1) -ldl -o signer_pkcs11
 *   PKCS11_PIN=... ./signer_pkcs11 MODULE.so LABEL_OF_THE_KEY INSTALLATION_ID
 *
 * The rest of the app comes from the environment: see docs/environment.md. PKCS11_PIN opens the first
 * token that the module has.
 */
#include <appmint.h>
#include <p11-kit/pkcs11.h>

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct key {
  CK_FUNCTION_LIST *pkcs11;
  CK_SESSION_HANDLE session;
  CK_OBJECT_HANDLE object;
  pthread_mutex_t mutex; /* a session makes one signature at a time, and the library signs on several threads */
};

static void must(CK_RV result, const char *what) {
  if (result == CKR_OK) return;
  fprintf(stderr, "%s: PKCS#11 error 0x%lx\n", what, result);
  exit(1);
}

static void open_key(struct key *key, const char *module, const char *label) {
  void *library = dlopen(module, RTLD_NOW);
  CK_C_GetFunctionList list = library ? (CK_C_GetFunctionList)dlsym(library, "C_GetFunctionList") : NULL;
  CK_OBJECT_CLASS private_key = CKO_PRIVATE_KEY;
  CK_ATTRIBUTE wanted[2];
  CK_C_INITIALIZE_ARGS threads;
  CK_SLOT_ID slots[16];
  CK_ULONG count = 16;
  char *pin = getenv("PKCS11_PIN");

  if (!list || !pin) fprintf(stderr, "%s\n", pin ? dlerror() : "PKCS11_PIN is not set"), exit(1);
  must(list(&key->pkcs11), "C_GetFunctionList");
  memset(&threads, 0, sizeof threads);
  threads.flags = CKF_OS_LOCKING_OK;
  must(key->pkcs11->C_Initialize(&threads), "C_Initialize");
  must(key->pkcs11->C_GetSlotList(CK_TRUE, slots, &count), "C_GetSlotList");
  if (count == 0) fprintf(stderr, "%s has no token\n", module), exit(1);
  must(key->pkcs11->C_OpenSession(slots[0], CKF_SERIAL_SESSION, NULL, NULL, &key->session), "C_OpenSession");
  must(key->pkcs11->C_Login(key->session, CKU_USER, (CK_UTF8CHAR *)pin, strlen(pin)), "C_Login");
  wanted[0].type = CKA_CLASS, wanted[0].pValue = &private_key, wanted[0].ulValueLen = sizeof private_key;
  wanted[1].type = CKA_LABEL, wanted[1].pValue = (void *)label, wanted[1].ulValueLen = strlen(label);
  must(key->pkcs11->C_FindObjectsInit(key->session, wanted, 2), "C_FindObjectsInit");
  must(key->pkcs11->C_FindObjects(key->session, &key->object, 1, &count), "C_FindObjects");
  must(key->pkcs11->C_FindObjectsFinal(key->session), "C_FindObjectsFinal");
  if (count == 0) fprintf(stderr, "no private key is called %s\n", label), exit(1);
}

static int sign(void *userdata, const uint8_t *message, size_t message_len, uint8_t *signature, size_t *signature_len) {
  struct key *key = userdata;
  CK_MECHANISM rs256 = {CKM_SHA256_RSA_PKCS, NULL, 0};
  CK_ULONG len = *signature_len;
  CK_RV result;
  char text[64];
  pthread_mutex_lock(&key->mutex);
  result = key->pkcs11->C_SignInit(key->session, &rs256, key->object);
  if (result == CKR_OK)
    result = key->pkcs11->C_Sign(key->session, (CK_BYTE *)message, message_len, signature, &len);
  pthread_mutex_unlock(&key->mutex);
  *signature_len = len;
  if (result == CKR_OK) return 0;
  sprintf(text, "PKCS#11 error 0x%lx", result);
  return appmint_callback_failed(text, APPMINT_NTS, result == CKR_DEVICE_ERROR, NULL, NULL);
}

int main(int argc, char **argv) {
  struct key key = {NULL, 0, 0, PTHREAD_MUTEX_INITIALIZER};
  appmint_signer signer = APPMINT_SIGNER_INIT;
  appmint_config *config = appmint_config_new();
  appmint_app *app = NULL;
  appmint_source *source = NULL;
  appmint_token *token = NULL;
  appmint_error *error = NULL;
  int failed = 1;

  if (argc < 4) return fprintf(stderr, "usage: signer_pkcs11 MODULE LABEL INSTALLATION_ID\n"), 1;
  open_key(&key, argv[1], argv[2]);
  signer.userdata = &key;
  signer.sign = sign;
  appmint_config_set_environment(config, "APPMINT_", APPMINT_NTS);
  appmint_config_set_signer(config, &signer);
  if (appmint_app_new(config, &app, &error) != APPMINT_OK) goto done;
  if (appmint_app_installation(app, argv[3], APPMINT_NTS, &source, &error) != APPMINT_OK) goto done;
  if (appmint_source_token(source, APPMINT_DEFAULT, APPMINT_DEFAULT, &token, &error) != APPMINT_OK) goto done;
  printf("expires at %lld ms\n", (long long)appmint_token_expires_at_ms(token));
  failed = 0;

done:
  if (error) fprintf(stderr, "%s\n", appmint_error_to_string(error));
  appmint_error_free(error);
  appmint_token_free(token);
  appmint_source_free(source);
  appmint_app_close(app); /* no thread signs from here on */
  appmint_app_free(app);
  appmint_config_free(config);
  key.pkcs11->C_Finalize(NULL);
  return failed;
}
