"""What a person does with the program: a function each, grouped by what they need."""
