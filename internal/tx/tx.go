// Package tx names what services need of a database's transactions without
// knowing a database: to open one, and to fence it by a lease.
package tx

import (
	"context"

	"github.com/evenkeel/evenkeel/internal/fault"
)

// Runner opens transactions.
type Runner interface {
	// InTx runs do in a transaction, which stores join through the context that
	// do receives. A call inside another joins the outer one. It commits when do
	// returns nil and rolls back otherwise. When the context carries a Fence, the
	// transaction fails with LeaseLost unless the lease still has that epoch.
	// No network is spoken to inside, and do may be run again from its start when
	// the database reports a serialisation failure.
	InTx(ctx context.Context, do func(ctx context.Context) error) error
}

// Trier opens transactions in which things are tried.
type Trier interface {
	Runner
	// InSavepoint runs do within the context's transaction, and undoes just that where it returns an
	// error, which it returns.
	InSavepoint(ctx context.Context, do func(ctx context.Context) error) error
}

// Snapshots reads many things as they are at one moment.
type Snapshots interface {
	// InSnapshot runs do so that all that stores read through the context that do receives is
	// as it was at the first of these reads. Nothing can be written inside. Others go on to
	// write meanwhile.
	InSnapshot(ctx context.Context, do func(ctx context.Context) error) error
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

const leaseLost = "lease_lost"

// LeaseLost is the Conflict of what is done under a lease that another has taken.
func LeaseLost(message string, args ...any) *fault.Error {
	return fault.New(fault.Conflict, leaseLost, message, args...)
}

// IsLeaseLost reports whether err is because another has taken the lease: whatever
// else is tried under it fails as well.
func IsLeaseLost(err error) bool {
	e := fault.As(err)
	return e != nil && e.Code == leaseLost
}
