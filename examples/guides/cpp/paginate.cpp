// Goes through the items of lists of the API, whatever pages they come in.

#include <appmint.hpp>

#include <iostream>

int main() try {
  auto app = appmint::App::builder().environment("APPMINT_").build();
  auto source = app.installation(appmint::Lookup::organization("octo-org"));

  // --8<-- [start:main]
  // Pages are requested as they are needed. Each item is JSON.
  for (const auto &json : source.paginate("/orgs/octo-org/repos?per_page=1")) std::cout << json << "\n";

  // The items are a member of the answer: {"total_count": …, "repositories": […]}
  auto listing = source.paginate("/installation/repositories", "repositories");
  std::vector repositories(listing.begin(), listing.end());
  // --8<-- [end:main]
  std::cout << repositories.size() << "\n";
} catch (const appmint::Error &error) {
  std::cerr << error.what() << "\n";
  return 1;
}
