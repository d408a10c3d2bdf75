"""The model as a step of other people's pipelines: a transformer of scikit-learn, a sampler of imbalanced-learn."""
