// Package tx names what services need of a database's transactions without
// knowing a database: to open one, and to fence it by a lease.
package tx

import "context"

// Runner opens transactions.
type Runner interface {
	// InTx runs do in a transaction, which stores join through the context that
	// do receives. A call inside another joins the outer one. It commits when do
	// returns nil and rolls back otherwise. When the context carries a Fence, the
	// transaction fails with a conflict unless the lease still has that epoch.
	// No network is spoken to inside, and do may be run again from its start when
	// the database reports a serialisation failure.
	InTx(ctx context.Context, do func(ctx context.Context) error) error
}

// Fence names a lease and the epoch at which its holder took it.
type Fence struct {
	Lease string
	Epoch int64
}

type fenceKey struct{}

// WithFence returns a context whose transactions commit only while the lease
// has the fence's epoch.
func WithFence(ctx context.Context, f Fence) context.Context {
	return context.WithValue(ctx, fenceKey{}, f)
}

// FenceFrom returns the context's fence.
func FenceFrom(ctx context.Context) (Fence, bool) {
	f, ok := ctx.Value(fenceKey{}).(Fence)
	return f, ok
}
