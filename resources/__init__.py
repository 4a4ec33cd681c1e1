"""What is installed beside the code: icons and the built-in model."""
