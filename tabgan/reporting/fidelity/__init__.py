"""How alike tables are: columns and pairs."""
