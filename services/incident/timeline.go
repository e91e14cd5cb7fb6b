package incident

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

const (
	// MaxEntries is how many entries an incident has at most, beside what is read from elsewhere.
	MaxEntries = 10_000
	// MostHappenings is how many alerts, answers of the gate and changes a timeline shows.
	MostHappenings = 500
)

// EntryKind is what an entry of a timeline tells of.
type EntryKind string

// The kinds.
const (
	Note     EntryKind = "note"
	Moved    EntryKind = "status"
	Imported EntryKind = "imported"
	// What is read when the timeline is listed, and never kept.
	Alert  EntryKind = "alert"
	Gate   EntryKind = "gate"
	Change EntryKind = "change"
)

// Entry is something that happened in an incident.
type Entry struct {
	ID       id.ID
	Incident id.ID
	At       time.Time
	Kind     EntryKind
	By       string // the caller's name; empty of what is read from elsewhere
	Text     string
	Link     string // may be empty
	// SourceKey is unique within the incident, and empty of what people write.
	SourceKey string

	// WithdrawnAt is nil unless somebody took it back.
	WithdrawnAt *time.Time
	WithdrawnBy string

	CreatedAt time.Time
	UpdatedAt time.Time
	Version   int64
}

// Moment is where an entry is in its timeline.
type Moment struct {
	At time.Time
	ID id.ID
}

func (e Entry) moment() Moment { return Moment{e.At, e.ID} }

func (m Moment) compare(other Moment) int {
	return cmp.Or(m.At.Compare(other.At), cmp.Compare(m.ID, other.ID))
}

// Revision is what an entry said before it was edited.
type Revision struct {
	ID         id.ID
	Entry      id.ID
	At         time.Time
	Text, Link string
	ReplacedAt time.Time
	ReplacedBy string
}

// EntryInput is what people write. Without At it happened now.
type EntryInput struct {
	At   *time.Time
	Text string
	Link string
}

func (in EntryInput) check(check *fault.Check, now time.Time) {
	in.checkAt(check, "", now)
}

// checkAt is check of an input that is at the pointer.
func (in EntryInput) checkAt(check *fault.Check, pointer string, now time.Time) {
	registry.CheckText(check, pointer+"/text", in.Text, maxImpact)
	check.Require(strings.TrimSpace(in.Text) != "", pointer+"/text", nil, "must say what happened")
	registry.CheckURL(check, pointer+"/link", in.Link)
	if in.At != nil {
		check.Require(!in.At.After(now.Add(Skew)), pointer+"/at", in.At.UTC().Format(time.RFC3339), "must not be after now, %s", now.Format(time.RFC3339))
		check.Require(in.At.UTC().Year() >= earliestYear, pointer+"/at", in.At.UTC().Format(time.RFC3339), "must not be before the year %d", earliestYear)
	}
}

// entry is the entry that the input makes.
func (in EntryInput) entry(ctx context.Context, now time.Time, i Incident, kind EntryKind) Entry {
	author, _ := access.AuthorFrom(ctx)
	e := Entry{
		ID: id.New(now), Incident: i.ID, At: now, Kind: kind, By: author.Name,
		Text: strings.TrimSpace(in.Text), Link: in.Link, CreatedAt: now, UpdatedAt: now, Version: 1,
	}
	if in.At != nil {
		e.At = clock.Round(*in.At)
	}
	return e
}

// note has the timeline tell of a status, once for each version of the incident.
func (s *Service) note(ctx context.Context, i Incident, at time.Time, text string) error {
	e := EntryInput{At: &at, Text: text}.entry(ctx, clock.Round(s.Clock()), i, Moved)
	e.SourceKey = fmt.Sprintf("status:%d", i.Version)
	_, err := s.Store.CreateEntries(ctx, []Entry{e})
	return err
}

// said is what the audit log keeps of an entry; it is about the incident.
type said struct {
	Entry           id.ID
	EntryAt         time.Time
	Text, EntryLink string
	Withdrawn       bool
}

func (e Entry) said() said {
	return said{Entry: e.ID, EntryAt: e.At, Text: e.Text, EntryLink: e.Link, Withdrawn: e.WithdrawnAt != nil}
}

// Write adds an entry to the timeline of an incident.
//
// Faults: NotFound; Forbidden; Conflict "timeline_full"; Invalid.
func (s *Service) Write(ctx context.Context, incident id.ID, in EntryInput) (Entry, error) {
	now := clock.Round(s.Clock())
	var made Entry
	err := s.change(ctx, incident, nil, func(ctx context.Context, i Incident) error {
		var check fault.Check
		in.check(&check, now)
		if err := check.Err(); err != nil {
			return err
		}
		if err := s.room(ctx, i, 1); err != nil {
			return err
		}
		made = in.entry(ctx, now, i, Note)
		if _, err := s.Store.CreateEntries(ctx, []Entry{made}); err != nil {
			return err
		}
		if err := s.indexNotes(ctx, i, []Entry{made}); err != nil {
			return err
		}
		return s.Recorder.RecordDiff(ctx, access.Update, i.Object(), "", nil, made.said())
	})
	if err != nil {
		return Entry{}, fmt.Errorf("write into the timeline of an incident: %w", err)
	}
	return made, nil
}

// room refuses entries of people beyond what a timeline holds.
func (s *Service) room(ctx context.Context, i Incident, more int) error {
	n, err := s.Store.CountEntries(ctx, i.ID)
	if err == nil && n+more > MaxEntries {
		err = fault.New(fault.Conflict, "timeline_full", "with this the timeline would have %d entries, and it may have %d", n+more, MaxEntries)
	}
	return err
}

// Edit replaces what an entry says; what it said is kept.
//
// Faults: NotFound; Forbidden; Conflict "entry_of_system", "entry_withdrawn"; Precondition; Invalid.
func (s *Service) Edit(ctx context.Context, incident, entry id.ID, version int64, in EntryInput) (Entry, error) {
	now := clock.Round(s.Clock())
	after, err := s.changeEntry(ctx, now, incident, entry, version, func(ctx context.Context, e *Entry, by string) error {
		var check fault.Check
		in.check(&check, now)
		if err := check.Err(); err != nil {
			return err
		}
		former := Revision{ID: id.New(now), Entry: e.ID, At: e.At, Text: e.Text, Link: e.Link, ReplacedAt: now, ReplacedBy: by}
		e.Text, e.Link = strings.TrimSpace(in.Text), in.Link
		if in.At != nil {
			e.At = clock.Round(*in.At)
		}
		return s.Store.CreateRevision(ctx, former)
	})
	if err != nil {
		return Entry{}, fmt.Errorf("edit an entry of a timeline: %w", err)
	}
	return after, nil
}

// Withdraw takes an entry back, which stays to be seen as such.
//
// Faults: as Edit.
func (s *Service) Withdraw(ctx context.Context, incident, entry id.ID, version int64) error {
	now := clock.Round(s.Clock())
	_, err := s.changeEntry(ctx, now, incident, entry, version, func(_ context.Context, e *Entry, by string) error {
		e.WithdrawnAt, e.WithdrawnBy = &now, by
		return nil
	})
	if err != nil {
		return fmt.Errorf("withdraw an entry of a timeline: %w", err)
	}
	return nil
}

func (s *Service) changeEntry(ctx context.Context, now time.Time, incident, entry id.ID, version int64, do func(ctx context.Context, e *Entry, by string) error) (Entry, error) {
	var after Entry
	err := s.change(ctx, incident, nil, func(ctx context.Context, i Incident) error {
		before, err := s.Store.Entry(ctx, incident, entry)
		switch {
		case err != nil:
			return err
		case before.Kind != Note && before.Kind != Imported:
			return fault.New(fault.Conflict, "entry_of_system", "an entry of the kind %q is written by Evenkeel, and stays as it is; write a note beside it", before.Kind)
		case before.WithdrawnAt != nil:
			return fault.New(fault.Conflict, "entry_withdrawn", "the entry was withdrawn at %s; write another one", before.WithdrawnAt.Format(time.RFC3339))
		case before.Version != version:
			return stale("entry", before.Version, version, "somebody", before.UpdatedAt)
		}
		author, _ := access.AuthorFrom(ctx)
		after = before
		if err := do(ctx, &after, author.Name); err != nil {
			return err
		}
		after.UpdatedAt = now
		if err := s.Store.UpdateEntry(ctx, after); err != nil {
			return err
		}
		after.Version++
		if err := s.indexEdited(ctx, i, after); err != nil {
			return err
		}
		return s.Recorder.RecordDiff(ctx, access.Update, i.Object(), "", before.said(), after.said())
	})
	return after, err
}

// Entry returns an entry that is kept with an incident; NotFound.
func (s *Service) Entry(ctx context.Context, incident, entry id.ID) (Entry, error) {
	if _, err := s.Get(ctx, incident); err != nil {
		return Entry{}, err
	}
	e, err := s.Store.Entry(ctx, incident, entry)
	if err != nil {
		return Entry{}, fmt.Errorf("read an entry of a timeline: %w", err)
	}
	return e, nil
}

// History returns what an entry said before it was edited, the oldest first; NotFound.
func (s *Service) History(ctx context.Context, incident, entry id.ID) ([]Revision, error) {
	if _, err := s.Entry(ctx, incident, entry); err != nil {
		return nil, err
	}
	found, err := s.Store.Revisions(ctx, entry)
	if err != nil {
		return nil, fmt.Errorf("read the history of an entry: %w", err)
	}
	return found, nil
}

// Timeline is a page of what happened in an incident.
type Timeline struct {
	page.Page[Entry]
	// CutAt is from when on alerts, answers of the gate and changes are left out, for there are
	// more than MostHappenings; nil where all are shown.
	CutAt *time.Time
}

// Timeline lists what happened, in the order of At and ID: what is kept, and the alerts, answers
// of the gate and changes of the incident's services from the start of its impact to its end,
// as they are known now.
func (s *Service) Timeline(ctx context.Context, incident id.ID, r page.Request) (Timeline, error) {
	i, err := s.Get(ctx, incident)
	if err != nil {
		return Timeline{}, err
	}
	key, err := r.Key(i.ID, 2)
	if err != nil {
		return Timeline{}, err
	}
	var after Moment
	if key != nil {
		if after.At, err = time.Parse(time.RFC3339Nano, key[0]); err != nil {
			var check fault.Check
			check.Fail("query.after", nil, "is not a cursor of this list; start again without it")
			return Timeline{}, check.Err()
		}
		after.ID = id.ID(key[1])
	}
	rows, err := s.Store.Entries(ctx, incident, after, r.Size()+1)
	if err != nil {
		return Timeline{}, fmt.Errorf("read the timeline of an incident: %w", err)
	}
	read, cutAt, err := s.happened(ctx, i)
	if err != nil {
		return Timeline{}, err
	}
	for _, e := range read {
		if e.moment().compare(after) > 0 {
			rows = append(rows, e)
		}
	}
	slices.SortFunc(rows, func(a, b Entry) int { return a.moment().compare(b.moment()) })
	rows = rows[:min(len(rows), r.Size()+1)]
	cut := page.Cut(r, i.ID, rows, func(e Entry) []string { return []string{e.At.UTC().Format(time.RFC3339Nano), string(e.ID)} })
	return Timeline{Page: cut, CutAt: cutAt}, nil
}
