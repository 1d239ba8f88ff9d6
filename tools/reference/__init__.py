"""The contract of appmint, and its texts in every language's comments and pages."""
