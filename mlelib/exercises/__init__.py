"""The book's exercises, one module per chapter; `kinds` says how to add one."""
