package seal

import (
	"context"
	"fmt"
	"strconv"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/audit/chain"
)

// State narrows an export.
type State string

// The states: sealed are the links of the chain; unsealed the entries that wait; stray those
// that say they are sealed, and are not.
const (
	Sealed   State = "sealed"
	Unsealed State = "unsealed"
	Stray    State = "stray"
)

// exported binds the cursor of an export to its state.
type exported struct{ State State }

// Export lists what is in the log with what proves it, for administrators. Sealed is in the
// order of its numbers, the last of them last; so that whoever has it can verify it without
// the database. An entry that is no link of the chain is a Seal without number.
func (s *Service) Export(ctx context.Context, state State, r page.Request) (page.Page[chain.Seal], error) {
	if err := s.whole(ctx); err != nil {
		return page.Page[chain.Seal]{}, err
	}
	f := exported{state}
	var seals []chain.Seal
	var err error
	key := func(l chain.Seal) []string { return []string{strconv.FormatInt(l.Number, 10), ""} }
	switch state {
	case Sealed:
		var after int64
		if after, err = numberKey(r, f); err != nil {
			return page.Page[chain.Seal]{}, err
		}
		seals, err = s.Store.Seals(ctx, after, r.Size()+1)
	case Unsealed:
		var after Mark
		if after, err = markKey(r, f); err != nil {
			return page.Page[chain.Seal]{}, err
		}
		var entries []chain.Entry
		entries, err = s.Store.Unsealed(ctx, after, r.Size()+1)
		seals = bare(entries)
		key = func(l chain.Seal) []string { return []string{chain.Moment(l.Entry.At), l.Entry.ID} }
	case Stray:
		// There are none but where somebody tampered; they are told from the beginning, and not all.
		var entries []chain.Entry
		entries, err = s.Store.Strays(ctx, 0, everything, r.Size())
		seals = bare(entries)
	default:
		var check fault.Check
		check.Fail("query.state", string(state), "must be %q, %q or %q", Sealed, Unsealed, Stray)
		return page.Page[chain.Seal]{}, check.Err()
	}
	if err != nil {
		return page.Page[chain.Seal]{}, fmt.Errorf("export the audit log: %w", err)
	}
	return page.Cut(r, f, seals, key), nil
}

func bare(entries []chain.Entry) []chain.Seal {
	var out []chain.Seal
	for _, e := range entries {
		out = append(out, chain.Seal{EntryID: e.ID, Entry: &e})
	}
	return out
}

func numberKey(r page.Request, f exported) (int64, error) {
	key, err := r.Key(f, 2)
	if err != nil || key == nil {
		return 0, err
	}
	n, err := strconv.ParseInt(key[0], 10, 64)
	if err != nil {
		return 0, badCursor(r)
	}
	return n, nil
}

func markKey(r page.Request, f exported) (Mark, error) {
	key, err := r.Key(f, 2)
	if err != nil || key == nil {
		return Mark{}, err
	}
	at, err := chain.ParseMoment(key[0])
	if err != nil {
		return Mark{}, badCursor(r)
	}
	return Mark{At: at, ID: id.ID(key[1])}, nil
}

func badCursor(r page.Request) error {
	var check fault.Check
	check.Fail("query.after", r.After, "is not a cursor of this list; start again without it")
	return check.Err()
}
