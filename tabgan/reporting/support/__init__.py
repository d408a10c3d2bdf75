"""Whether synthetic rows lie where real ones do: precision and recall."""
