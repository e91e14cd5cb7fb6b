package dashboard

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/audit/seal"
)

// Audit tells what was decided; see audit.Service, which is one.
type Audit interface {
	List(ctx context.Context, f audit.Filter, r page.Request) (page.Page[audit.Entry], error)
}

// Seals tells how far the log is sealed; see seal.Service, which is one.
type Seals interface {
	Head(ctx context.Context) (seal.Head, error)
}

const auditPath = "/audit"

type auditPage struct {
	Sealed  string   // up to where; empty where nothing is
	Hash    string   // of the head
	Notes   []string // what waits, and where the head was put
	Filters []entry
	Outcome string
	Teams   []choice
	Rows    []auditRow
	Pager   pager
	Empty   empty
}

type auditRow struct {
	At             moment
	Who, Did, What string
	Outcome        badge
	Reason, Seal   string
	Changes        []auditChange
	Count          string // of them
	Gone           bool   // texts were taken away
}

// auditChange is one field, as it was and is.
type auditChange struct {
	Field, From, To string
}

// shownValue is how much of a value is shown, in characters.
const shownValue = 120

// auditLog lists what was decided, the newest first.
func (d *Dashboard) auditLog(v *visit) (screen, error) {
	query := v.URL.Query()
	outcome, err := oneOf(v, "outcome", []audit.Outcome{audit.Done, audit.Refused})
	if err != nil {
		return screen{}, err
	}
	f := audit.Filter{Outcome: outcome}
	team := query.Get("team")
	if team != "" {
		is, err := d.sources.Registry.TeamFor(v.ctx, team)
		if err != nil {
			return screen{}, err
		}
		f.Team = is.ID
	}
	found, err := d.sources.Audit.List(v.ctx, f, following(v, page.DefaultLimit))
	if err != nil {
		return screen{}, err
	}
	p := auditPage{Outcome: string(outcome), Pager: pagerOf(v, found.Next), Empty: empty{Title: "Nothing yet", Text: "Decisions by people, programs and policies are here, and what was refused."}}
	if outcome != "" || team != "" {
		p.Empty = empty{Title: "Nothing is so", Text: "No decision has this outcome and is about what this team owned."}
	}
	for _, e := range []struct{ value, text string }{{"", "All"}, {string(audit.Done), "Done"}, {string(audit.Refused), "Refused"}} {
		p.Filters = append(p.Filters, entry{URL: fromFirst(auditPath, query, "outcome", e.value), Text: e.text, Current: e.value == string(outcome)})
	}
	if p.Teams, err = d.teamsToNarrow(v, team, false); err != nil {
		return screen{}, err
	}
	if err := d.auditHead(v, &p); err != nil {
		return screen{}, err
	}
	for _, e := range found.Items {
		p.Rows = append(p.Rows, auditRowOf(v, e))
	}
	return screen{template: "audit", title: "Audit log", section: auditPath, page: p}, nil
}

// auditHead says how far the log is sealed, and where its head was put.
func (d *Dashboard) auditHead(v *visit, p *auditPage) error {
	head, err := d.sources.Seals.Head(v.ctx)
	if e := fault.As(err); e != nil && (e.Code == "audit_head_not_found" || e.Code == "encryption_key_missing" || e.Code == "encryption_key_unknown") {
		p.Notes = append(p.Notes, sentence(e.Message))
		return nil
	}
	if err != nil {
		return err
	}
	p.Sealed, p.Hash = fmt.Sprintf("Sealed up to %d", head.Number), head.Hash
	switch {
	case head.Unsealed == 1:
		p.Notes = append(p.Notes, "1 entry is not sealed yet.")
	case head.Unsealed > 1:
		p.Notes = append(p.Notes, fmt.Sprintf("%d entries are not sealed yet.", head.Unsealed))
	}
	switch last := head.Last; {
	case last == nil:
		p.Notes = append(p.Notes, "No head was put outside yet.")
	case last.WrittenAt == nil && last.PostedAt == nil:
		p.Notes = append(p.Notes, fmt.Sprintf("The last head that was kept is %d, of %s; it is in the database alone.", last.Number, at(last.At).Text))
	default:
		where := []string{}
		if last.WrittenAt != nil {
			where = append(where, "in the file")
		}
		if last.PostedAt != nil {
			where = append(where, "at the address")
		}
		p.Notes = append(p.Notes, fmt.Sprintf("The last head that was put outside is %d, of %s, %s.", last.Number, at(last.At).Text, strings.Join(where, " and ")))
	}
	return nil
}

func auditRowOf(v *visit, e audit.Entry) auditRow {
	row := auditRow{
		At: ago(v.now, e.At), Who: cmp.Or(e.ActorName, string(e.ActorKind)), Did: e.Action, What: cmp.Or(e.ObjectLabel, string(e.ObjectID)),
		Outcome: badge{"ok", "Done"}, Reason: e.Reason, Changes: changesOf(e.Changes), Gone: e.RedactedBy != "",
	}
	if e.Outcome == audit.Refused {
		row.Outcome = badge{"warn", "Refused"}
	}
	row.Count = plural(len(row.Changes), "field", "fields")
	if e.Seal > 0 {
		row.Seal = fmt.Sprint(e.Seal)
	}
	return row
}

// changesOf are the fields of an entry, in their order.
func changesOf(text json.RawMessage) []auditChange {
	var fields map[string]struct{ From, To json.RawMessage }
	if len(text) == 0 || json.Unmarshal(text, &fields) != nil {
		return nil
	}
	var out []auditChange
	for field, edge := range fields {
		out = append(out, auditChange{field, valueText(edge.From), valueText(edge.To)})
	}
	slices.SortFunc(out, func(a, b auditChange) int { return cmp.Compare(a.Field, b.Field) })
	return out
}

// valueText is a value as it is shown: a text without its quotes, and nothing for what is not there.
func valueText(value json.RawMessage) string {
	var text string
	switch {
	case len(value) == 0 || string(value) == "null":
		return ""
	case json.Unmarshal(value, &text) == nil:
		return fault.Clip(text, shownValue)
	}
	var b bytes.Buffer
	if json.Compact(&b, value) != nil {
		return ""
	}
	return fault.Clip(b.String(), shownValue)
}
