"""The classic CTGAN (Xu et al. 2019, arXiv 1907.00503), written from the paper: `tabgan.CTGAN`.

It takes the place of the package ctgan where a notebook says ``from ctgan import CTGAN``: same constructor, same
methods, same types back. What differs from the paper (P) or from ctgan 0.12 (C), and why:

Correct where C is not
    - C: the condition vector points at the level that was asked for, in every discrete column; its offsets come from
      the layout of the table. C's are right for the first column only.
    - C: unconditional sampling draws levels by their true frequency, so that shares come out right. By
      log-frequency, which C calls the original one, only with ``log_frequency_sampling=True``.
    - C: sampling runs in evaluation mode: batch norm uses what it learnt, so a row does not depend on its batch.
    - C: one seed (``random_state`` or `set_random_state`) reaches weights, batches, noise and dropout, on every
      device, and no global random state is read or set. A saved model goes on where its seed stood.
    - C: a model file holds numbers and plain values; opening it runs no code, and it holds no training row.
    - C: missing values are a level of a category or a mode of a number, drawn at their rate; dtypes, grids
      (whole numbers, cents) and ranges come back. P has no missing values.
    - C: a value of a condition may be any level as it was seen, a missing one too; errors name the choices.

The same game, cheaper
    - P, C: generated rows of the critic's step carry no gradient (detached), as that step would throw it away.
    - P, C: the generator's step answers for the rows that the last critic step judged, instead of new ones.
    - P, C: the critic's gradient for the penalty is a product of its weights and switches, in closed form. It is the
      same number; the critic is piecewise linear.
    - C: that gradient is by the row, as in P's algorithm 1; C takes it by row and condition.
    - C: real and generated rows of a batch have the same conditions, as in P; C permutes one of them.
    - P, C: mixtures are fitted on 2,048 evenly spaced quantiles of a number, with a prior lighter in proportion, and
      not on all rows. Modes lighter than 0.5 % are dropped, as in C.
    - P, C: rows are encoded as small integers; one-hot rows exist for one batch only. Noise and condition enter all
      layers by one product, and condition bits by look-up: the same function.

Better modes
    - P, C: a value that 5 % of the rows have (the zeros of capital-gain), and infinities, are modes of no width and
      come back exactly; a Gaussian would spread them.
    - P, C: categories of more than 256 levels are two symbols (group, member), so their cost grows with the root
      of the levels; the condition has a bit for each symbol. A block fades out where its parent says that it does not
      apply. Times have the modes and places of `tabgan.TabGAN`.
    - P: a level is drawn in training by log(1 + count), as in C: by log(count) a level of one row never would be.
    - C: what a row is decoded from is drawn from the softmax, never its maximum, and alphas are clipped to the range.

Watched, and not left alone
    - P, C: a tenth of the rows, 2,000 at most and none below 200 rows, is held out (no row that alone has some
      level); it tells the critic's accuracy. `history_` has that, gradient norms, lost levels and lost pairs of
      levels; troubles such as a mode collapse are told in `notes_`.
    - C: rows fewer than a batch make the batch smaller, and a note tells; a batch size that pac does not divide, and
      rows fewer than a pack, are errors that say what to change. C needs an even batch size, this model does not.
    - C: a step that is not finite goes back to sound weights at lower rates; Ctrl-C keeps the model so far.
    - P, C: `loss_values` are means over an epoch instead of its last batch.
    - P, C: other objectives by name, and a critic that can be kept for `CTGAN.realness`; it is then taught at the end
      to tell real rows from generated ones and from rows with cells of other rows.
"""
