package tx

import "context"

// RowsAtOnce is how many rows one transaction of InChunks removes, where nothing
// asks for another number: some milliseconds of SQLite's one writer.
const RowsAtOnce = 1_000

// InChunks does something to many rows in short transactions, one after the other,
// so that others write in between. do is told how many rows it may take and
// returns how many it took; it is called until they are fewer. What was done is
// counted with an error too: it stays done.
func InChunks(ctx context.Context, r Runner, limit int, do func(ctx context.Context, limit int) (int, error)) (int, error) {
	for done := 0; ; {
		n := 0
		err := r.InTx(ctx, func(ctx context.Context) (err error) {
			n, err = do(ctx, limit)
			return err
		})
		if err != nil {
			return done, err
		}
		if done += n; n < limit {
			return done, nil
		}
	}
}
