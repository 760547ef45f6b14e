"""Policy rules with cases from files; the folder is the rule, the file's name the verdict."""
