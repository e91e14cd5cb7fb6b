package incident

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// MaxLines is how many entries are imported at once.
const MaxLines = 1_000

// importPrefix keeps the keys of importers apart from Evenkeel's own.
const importPrefix = "import:"

// ImportLine is an entry that is imported.
type ImportLine struct {
	EntryInput
	SourceKey string
}

// Import adds the entries of lines of JSON, all or none, and returns how many there were and how
// many were added: those of a source key that the timeline has are there already.
//
// Faults: NotFound; Forbidden; Conflict "timeline_full"; Invalid, whose pointers are /line/field
// with lines counted from 1.
func (s *Service) Import(ctx context.Context, incident id.ID, lines []byte) (total, added int, err error) {
	now := clock.Round(s.Clock())
	err = s.change(ctx, incident, nil, func(ctx context.Context, i Incident) error {
		entries, err := s.imported(ctx, now, i, lines)
		if err != nil {
			return err
		}
		if total, err = len(entries), nil; total == 0 {
			return nil
		}
		if added, err = s.Store.CreateEntries(ctx, entries); err != nil || added == 0 {
			return err
		}
		if err := s.room(ctx, i, 0); err != nil { // those that are there already need none
			return err
		}
		if entries, err = s.Store.Kept(ctx, entries); err != nil {
			return err
		}
		if err := s.indexNotes(ctx, i, entries); err != nil {
			return err
		}
		return s.Recorder.RecordDiff(ctx, access.Update, i.Object(), "", nil, struct{ ImportedEntries int }{added})
	})
	if err != nil {
		return 0, 0, fmt.Errorf("import into the timeline of an incident: %w", err)
	}
	return total, added, nil
}

func (s *Service) imported(ctx context.Context, now time.Time, i Incident, text []byte) ([]Entry, error) {
	var check fault.Check
	var entries []Entry
	seen := map[string]int{}
	n := 0
	for line := range bytes.Lines(text) {
		n++
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		if len(entries) == MaxLines {
			check.Fail(fmt.Sprintf("/%d", n), nil, "line %d is one too many: at most %d entries are imported at once", n, MaxLines)
			break
		}
		in, err := readLine(line)
		if err != nil {
			check.Fail(fmt.Sprintf("/%d%s", n, err.field), nil, "line %d: %s", n, err.text)
			entries = append(entries, Entry{})
			continue
		}
		at := fmt.Sprintf("/%d", n)
		access.CheckLine(&check, at+"/sourceKey", in.SourceKey, 1, registry.MaxLine)
		in.checkAt(&check, at, now)
		if first, twice := seen[in.SourceKey]; twice {
			check.Fail(at+"/sourceKey", in.SourceKey, "is that of line %d, too; each entry has its own", first)
		}
		seen[in.SourceKey] = n
		e := in.entry(ctx, now, i, Imported)
		e.SourceKey = importPrefix + in.SourceKey
		entries = append(entries, e)
	}
	return entries, check.Err()
}

// badLine is what is wrong with a line, at the pointer of a field, empty for the whole.
type badLine struct{ field, text string }

// readLine reads one object of texts. A field is there once and is known: what is misspelt is not
// passed over.
func readLine(line []byte) (ImportLine, *badLine) {
	var in ImportLine
	if !utf8.Valid(line) {
		return in, &badLine{"", "must be UTF-8"}
	}
	d := json.NewDecoder(bytes.NewReader(line))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return in, &badLine{"", `must be one JSON object, such as {"at":"2026-11-27T10:00:00Z","text":"…","sourceKey":"4711"}`}
	}
	fields := map[string]string{}
	for d.More() {
		token, err := d.Token()
		name, isText := token.(string)
		if err != nil || !isText {
			return in, notJSON()
		}
		if name != "at" && name != "text" && name != "link" && name != "sourceKey" {
			return in, &badLine{"", fmt.Sprintf("%q is not a known field; there are at, text, link and sourceKey", fault.Clip(name, 64))}
		}
		if _, twice := fields[name]; twice {
			return in, &badLine{"/" + name, "is there twice"}
		}
		token, err = d.Token()
		value, isText := token.(string)
		switch {
		case err != nil:
			return in, notJSON()
		case !isText:
			return in, &badLine{"/" + name, "must be a string"}
		case strings.ContainsRune(value, utf8.RuneError) && !bytes.ContainsRune(line, utf8.RuneError):
			return in, &badLine{"/" + name, "holds an escape that is no character, such as half of a surrogate pair"}
		}
		fields[name] = value
	}
	if _, err := d.Token(); err != nil {
		return in, notJSON()
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return in, &badLine{"", "must be one JSON object, and nothing after it"}
	}
	at, err := time.Parse(time.RFC3339, fields["at"])
	if err != nil {
		return in, &badLine{"/at", "must be a time such as 2026-11-27T10:00:00Z"}
	}
	in.At, in.Text, in.Link, in.SourceKey = &at, fields["text"], fields["link"], fields["sourceKey"]
	return in, nil
}

func notJSON() *badLine { return &badLine{"", "is not JSON"} }
