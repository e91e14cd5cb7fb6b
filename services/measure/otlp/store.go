package otlp

import (
	"context"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure"
)

// Store keeps how far streams were counted, and knows who wants them. Every method
// takes many and uses few statements.
type Store interface {
	// TeamsOf returns the teams that a person is a member of.
	TeamsOf(ctx context.Context, person id.ID) ([]id.ID, error)
	// OTLPIndicators returns, of what is not retired, the current indicators that
	// count OpenTelemetry metrics: those of the teams' services, or of all when
	// everyone's are wanted.
	OTLPIndicators(ctx context.Context, teams []id.ID, everyone bool) ([]Indicator, error)

	// Lock holds the indicators, in one order, until the transaction ends: exports
	// that count for the same follow one another.
	Lock(ctx context.Context, indicators []id.ID) error
	// Streams returns those of the keys that are known, in any order.
	Streams(ctx context.Context, keys []Key) ([]Stream, error)
	// CountStreams returns how many streams of each indicator are known.
	CountStreams(ctx context.Context, indicators []id.ID) (map[id.ID]int, error)
	// PutStreams writes streams, known or not, which were seen at the time.
	PutStreams(ctx context.Context, streams []Stream, at time.Time) error
	// PruneStreams removes up to limit streams that were not seen since the time, and
	// whose root was not, either.
	PruneStreams(ctx context.Context, before time.Time, limit int) (int, error)
}

// Measurements adds to what was measured. *measure.Service is one.
type Measurements interface {
	Add(ctx context.Context, batches []measure.Batch) (measure.Receipt, error)
}
