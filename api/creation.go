package api

import (
	"context"
	"crypto/sha256"
	"errors"
	"net/http"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/idempotency"
)

// Once lets a caller repeat a POST safely: embed it in the input.
type Once struct {
	Key string `header:"Idempotency-Key" maxLength:"255" pattern:"^[!-~]+$" patternDescription:"1 to 255 visible ASCII characters" doc:"A name of the caller's own for this request. Repeated with the same body it has no further effect and gets the same status and a fresh rendering of what was made; with another body it is refused with 422."`
}

// once runs an effect that a key makes safe to repeat, and tells what it made and
// whether that was an earlier call. The effect is run inside of the transaction
// that remembers the key; without a key it is just run.
func (a *API) once(ctx context.Context, o Once, effect func(ctx context.Context) (idempotency.Resource, error)) (idempotency.Resource, bool, error) {
	if o.Key == "" {
		made, err := effect(ctx)
		return made, false, err
	}
	if a.cfg.Idempotency == nil {
		return idempotency.Resource{}, false, errors.New("an Idempotency-Key was sent, and there is nothing that keeps it")
	}
	return a.cfg.Idempotency.Do(ctx, o.key(ctx), effect)
}

// key is the caller's name for the request.
func (o Once) key(ctx context.Context) idempotency.Key {
	x := exchangeFrom(ctx)
	h := sha256.New()
	h.Write([]byte(x.operation.method + " " + x.r.URL.EscapedPath() + "\n"))
	h.Write(x.body)
	return idempotency.Key{Caller: access.CallerFrom(ctx).Key(), Operation: x.operation.id, Key: o.Key, Hash: h.Sum(nil)}
}

// first reports whether an effect that a key makes safe to repeat is still to be run, as far as
// is known.
func (a *API) first(ctx context.Context, o Once) (bool, error) {
	if o.Key == "" || a.cfg.Idempotency == nil {
		return true, nil
	}
	_, seen, err := a.cfg.Idempotency.Seen(ctx, o.key(ctx))
	return !seen, err
}

// created is the reply with what a POST made.
type created[B any] struct {
	Status   int
	Location string `header:"Location" doc:"Where what was made is found."`
	ETag     string `header:"ETag" doc:"Its version." example:"\"1\""`
	Replayed string `header:"Idempotency-Replayed" enum:"true" doc:"Present when the Idempotency-Key was seen before, and nothing was made by this request."`
	Body     B
}

func (*created[B]) makesResource() {}

// creation says how an operation makes a thing and shows it.
type creation[T, B any] struct {
	// prepare does before make what cannot be done in a transaction, where nothing was made
	// yet; it may be nil.
	prepare func(ctx context.Context) error
	// make has the effect. With an Idempotency-Key it runs inside of a transaction,
	// and may be run again from its start.
	make func(ctx context.Context) (T, error)
	// load finds what an earlier call made, for a fresh rendering.
	load func(ctx context.Context, made id.ID) (T, error)
	// name tells a thing's id, version and path.
	name func(T) (made id.ID, version int64, location string)
	show func(T) B
}

// create answers a POST that makes a thing.
func create[T, B any](ctx context.Context, a *API, o Once, c creation[T, B]) (*created[B], error) {
	var thing T
	if c.prepare != nil {
		first, err := a.first(ctx, o)
		if err == nil && first {
			err = c.prepare(ctx)
		}
		if err != nil {
			return nil, err
		}
	}
	made, replayed, err := a.once(ctx, o, func(ctx context.Context) (idempotency.Resource, error) {
		var err error
		if thing, err = c.make(ctx); err != nil {
			return idempotency.Resource{}, err
		}
		id, version, _ := c.name(thing)
		return idempotency.Resource{ID: id, Version: version, Status: http.StatusCreated}, nil
	})
	if err != nil {
		return nil, err
	}
	out := &created[B]{Status: http.StatusCreated}
	if replayed {
		if thing, err = c.load(ctx, made.ID); err != nil {
			return nil, err
		}
		out.Status, out.Replayed = made.Status, "true"
	}
	_, version, location := c.name(thing)
	out.Location, out.ETag, out.Body = location, etag(version), c.show(thing)
	return out, nil
}
