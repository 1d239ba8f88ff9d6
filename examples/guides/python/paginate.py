"""Goes through the items of lists of the API, whatever pages they come in."""

import appmint

app = appmint.App(environment="APPMINT_")
source = app.installation(organization="octo-org")

# --8<-- [start:main]
for repository in source.paginate("/orgs/octo-org/repos?per_page=1"):  # pages are requested as they are needed
    print(repository["full_name"])

# The items are a member of the answer: {"total_count": …, "repositories": […]}
names = [repository["name"] for repository in source.paginate("/installation/repositories", items="repositories")]
# --8<-- [end:main]
print(len(names))
