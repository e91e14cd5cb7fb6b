package toil

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
)

// Columns are those of CSV, in their order; a file may have them in any, and leave out all but the first
// three.
var Columns = []string{
	"day", "minutes", "category", "service", "manual", "repetitive", "automatable", "tactical", "no_enduring_value", "grows", "link", "note", "id",
}

const (
	neededColumns = 3
	// MaxLines is how many lines a file has at most, beside its first.
	MaxLines = 2_000
)

// Imported is what became of a file, or would become of it.
type Imported struct {
	Lines int
	// Added is how many are new; the others came with a file before or name an entry of the caller, and stay
	// as they are.
	Added   int
	Minutes int // of those that are new
}

// line is one of a file.
type line struct {
	number int // as an editor counts
	entry  EntryInput
	slug   string
	named  id.ID // the entry that it was exported from; may be empty
	origin string
}

// Import logs the lines of a file for the caller, who is a member of the team, all or none. A line that
// came before with a file is not added again, nor one that names an entry of the caller by its id; the same line twice in one file is two entries. With dry it
// only says what would become of it.
//
// Faults: NotFound of the team; Forbidden, "not_member"; Invalid with every fault at its line, such as
// "/lines/3/minutes" of the third line of the file.
func (s *Service) Import(ctx context.Context, team id.ID, file []byte, dry bool) (Imported, error) {
	now := clock.Round(s.Clock())
	var out Imported
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		person, err := s.member(ctx, access.KindToilEntry, team)
		if err != nil {
			return err
		}
		var check fault.Check
		lines := parse(&check, file)
		out = Imported{Lines: len(lines)}
		if err := s.name(ctx, &check, lines); err != nil {
			return err
		}
		for _, l := range lines {
			l.entry.check(&check, l.at(), now)
		}
		if err := s.Store.HoldPerson(ctx, person); err != nil {
			return err
		}
		fresh, err := s.fresh(ctx, person, lines)
		if err != nil {
			return err
		}
		parted, err := s.Store.Parting(ctx, person)
		if err != nil {
			return err
		}
		for _, l := range fresh {
			parted.checkDay(&check, l.at()+"/day", l.entry.Day)
		}
		if err := s.checkDays(ctx, &check, person, fresh); err != nil {
			return err
		}
		if err := check.Err(); err != nil {
			return err
		}
		entries := make([]Entry, len(fresh))
		for i, l := range fresh {
			entries[i] = Entry{ID: id.New(now), Team: team, Subject: person, EntryInput: l.entry, Origin: l.origin, CreatedAt: now, UpdatedAt: now, Version: 1}
			out.Minutes += l.entry.Minutes
		}
		out.Added = len(entries)
		if dry || len(entries) == 0 {
			return nil
		}
		_, err = s.Store.CreateEntries(ctx, entries)
		return err
	})
	if err != nil {
		return Imported{}, fmt.Errorf("import toil: %w", err)
	}
	return out, nil
}

func (l line) at() string { return fmt.Sprintf("/lines/%d", l.number) }

// parse reads a file, and notes what is wrong with its form.
func parse(check *fault.Check, file []byte) []line {
	file = bytes.TrimPrefix(file, []byte("\xef\xbb\xbf")) // as spreadsheets begin files
	if !utf8.Valid(file) {
		check.Fail("/lines", nil, "must be UTF-8")
		return nil
	}
	r := csv.NewReader(bytes.NewReader(file))
	r.FieldsPerRecord = -1
	head, err := r.Read()
	if err != nil {
		check.Fail("/lines/1", nil, "must name the columns: %s", strings.Join(Columns, ","))
		return nil
	}
	if !columns(check, head) {
		return nil
	}
	var out []line
	seen := map[string]int{}
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out
		}
		if broken := (*csv.ParseError)(nil); errors.As(err, &broken) {
			check.Fail(fmt.Sprintf("/lines/%d", broken.Line), nil, "is no CSV by RFC 4180: %s", broken.Err)
			return out
		}
		number, _ := r.FieldPos(0)
		at := fmt.Sprintf("/lines/%d", number)
		if len(out) == MaxLines {
			check.Fail(at, nil, "is one too many; a file has at most %d lines beside its first", MaxLines)
			return out
		}
		if len(record) != len(head) {
			check.Fail(at, len(record), "has %d fields, and the first line names %d columns", len(record), len(head))
			continue
		}
		l := line{number: number}
		l.fill(check, head, record)
		key := l.key()
		seen[key]++
		l.origin = fmt.Sprintf("csv/%s/%d", key, seen[key])
		out = append(out, l)
	}
}

// columns puts the names of the columns as they are known, and reports whether all are and none lacks.
func columns(check *fault.Check, head []string) bool {
	var found fault.Check
	for i, name := range head {
		head[i] = strings.ToLower(strings.TrimSpace(name))
		found.Require(slices.Contains(Columns, head[i]), "/lines/1", name, "is no column; there are %s", strings.Join(Columns, ", "))
		found.Require(slices.Index(head[:i], head[i]) < 0, "/lines/1", name, "is there twice")
	}
	for _, name := range Columns[:neededColumns] {
		found.Require(slices.Contains(head, name), "/lines/1", nil, "must have the column %q", name)
	}
	return check.Join(found)
}

// fill reads the fields of a line.
func (l *line) fill(check *fault.Check, head, record []string) {
	e := &l.entry
	truths := map[string]*bool{
		"manual": &e.Manual, "repetitive": &e.Repetitive, "automatable": &e.Automatable, "tactical": &e.Tactical, "no_enduring_value": &e.NoEnduringValue, "grows": &e.Grows,
	}
	for i, name := range head {
		value, at := strings.TrimSpace(record[i]), l.at()+"/"+name
		switch name {
		case "day":
			e.Day = clock.Date(value)
		case "minutes":
			n, err := strconv.Atoi(value)
			if err != nil {
				check.Fail(at, record[i], "must be a whole number of minutes")
				n = 1 // it is told once what is wrong
			}
			e.Minutes = n
		case "category":
			e.Category = Category(value)
		case "service":
			l.slug = value
		case "link":
			e.Link = value
		case "id":
			l.named = id.ID(value)
		case "note":
			e.Note = unguarded(value)
		default:
			switch strings.ToLower(value) {
			case "true", "yes", "1":
				*truths[name] = true
			case "false", "no", "0", "":
			default:
				check.Fail(at, record[i], "must be true or false")
			}
		}
	}
}

// key is what a line says, as a hash.
func (l line) key() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", []any{l.entry.Day, l.entry.Minutes, l.entry.Category, l.slug, l.entry.each(), l.entry.Link, l.entry.Note}))
	return hex.EncodeToString(sum[:12])
}

// name finds the services of the lines, each once.
func (s *Service) name(ctx context.Context, check *fault.Check, lines []line) error {
	found := map[string]id.ID{}
	for i, l := range lines {
		if l.slug == "" {
			continue
		}
		service, known := found[l.slug]
		if !known {
			one, err := s.Registry.ServiceBySlug(ctx, l.slug)
			if err != nil && !fault.Is(err, fault.NotFound) {
				return fmt.Errorf("read the service of a line: %w", err)
			}
			service = one.ID
			found[l.slug] = service
		}
		check.Require(service != "", l.at()+"/service", l.slug, "names no service that exists, by its slug")
		lines[i].entry.Service = service
	}
	return nil
}

// fresh are the lines that did not come before, and that are no entries of the person.
func (s *Service) fresh(ctx context.Context, person id.ID, lines []line) ([]line, error) {
	origins := make([]string, len(lines))
	for i, l := range lines {
		origins[i] = l.origin
	}
	there, err := s.Store.Origins(ctx, person, origins)
	if err != nil {
		return nil, fmt.Errorf("look for lines that came before: %w", err)
	}
	var named []id.ID
	for _, l := range lines {
		if l.named != "" {
			named = append(named, l.named)
		}
	}
	own, err := s.Store.Own(ctx, person, named)
	if err != nil {
		return nil, fmt.Errorf("look for the entries that lines name: %w", err)
	}
	return slices.DeleteFunc(slices.Clone(lines), func(l line) bool { return there[l.origin] || own[l.named] }), nil
}

// checkDays notes the lines with which a day has more than 24 hours.
func (s *Service) checkDays(ctx context.Context, check *fault.Check, person id.ID, lines []line) error {
	var days []clock.Date
	for _, l := range lines {
		if !l.entry.Day.Time().IsZero() && !slices.Contains(days, l.entry.Day) {
			days = append(days, l.entry.Day)
		}
	}
	logged, err := s.Store.MinutesOn(ctx, person, days)
	if err != nil {
		return fmt.Errorf("sum up what was logged for the days: %w", err)
	}
	for _, l := range lines {
		if l.entry.Minutes < 1 || l.entry.Minutes > MaxDay || l.entry.Day.Time().IsZero() {
			continue // that is told already
		}
		checkDay(check, l.at(), l.entry.Day, l.entry.Minutes, logged[l.entry.Day])
		logged[l.entry.Day] += l.entry.Minutes
	}
	return nil
}

// CSV is all that the caller logged in the team, the latest day first, by RFC 4180, as Import reads it. A note
// that a spreadsheet would take for a formula begins with an apostrophe (OWASP, "CSV Injection").
func (s *Service) CSV(ctx context.Context, team id.ID) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	_ = w.Write(Columns) // into memory, which takes all
	slugs := map[id.ID]string{"": ""}
	for r := (page.Request{Limit: page.MaxLimit}); ; {
		found, err := s.Entries(ctx, EntryFilter{Team: team}, r)
		if err != nil {
			return nil, err
		}
		if err := s.slugs(ctx, found.Items, slugs); err != nil {
			return nil, err
		}
		for _, e := range found.Items {
			record := []string{string(e.Day), strconv.Itoa(e.Minutes), string(e.Category), slugs[e.Service]}
			for _, has := range e.each() {
				record = append(record, strconv.FormatBool(has))
			}
			_ = w.Write(append(record, e.Link, guarded(e.Note), string(e.ID)))
		}
		if r.After = found.Next; r.After == "" {
			break
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// slugs adds those of the entries' services that are not known yet.
func (s *Service) slugs(ctx context.Context, entries []Entry, known map[id.ID]string) error {
	var lacking []id.ID
	for _, e := range entries {
		if _, there := known[e.Service]; !there {
			known[e.Service] = ""
			lacking = append(lacking, e.Service)
		}
	}
	if len(lacking) == 0 {
		return nil
	}
	named, err := s.Registry.ServicesByID(ctx, lacking)
	if err != nil {
		return fmt.Errorf("name the services of entries: %w", err)
	}
	for service, one := range named {
		known[service] = one.Slug
	}
	return nil
}

const formulas = "=+-@\t\r"

// guarded is a text that no spreadsheet takes for a formula, unguarded what it was.
func guarded(text string) string {
	if text != "" && (strings.ContainsRune(formulas, rune(text[0])) || text[0] == '\'') {
		return "'" + text
	}
	return text
}

func unguarded(text string) string {
	if len(text) > 1 && text[0] == '\'' && (strings.ContainsRune(formulas, rune(text[1])) || text[1] == '\'') {
		return text[1:]
	}
	return text
}
