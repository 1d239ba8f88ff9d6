"""A program that is a service account. README.md shows the part between the marks."""

from pathlib import Path
import appmint

# [readme: service_account]
robot = appmint.App(
    platform_descriptor=Path("examples/platforms/google.json").read_text(),
    app_id="robot@project.iam.gserviceaccount.com", private_key=Path("robot.pem"),
)
tokens = robot.app_tokens(scopes=["https://www.googleapis.com/auth/devstorage.read_only"])
# [end]
print(tokens.token())
