"""Plain data of the report -> plotly figures as plain data, each with the sentence that says it in numbers."""
