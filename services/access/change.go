package access

import "context"

// Recorder writes changes into the audit log, within the context's transaction.
// before and after are plain structs; nil stands for what did not exist or does
// not any more.
type Recorder interface {
	RecordDiff(ctx context.Context, verb Verb, o Object, reason string, before, after any) error
}
