package dashboard

import (
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/incident/postmortem"
)

type postmortemEditPage struct {
	Crumbs    []link
	Title     string
	Action    string
	Back      string
	Version   int64
	Text      string
	Note      string
	Wrong     []string
	Diff      []diffLine // what somebody else changed meanwhile
	Previewed bool
	Body      template.HTML
	Findings  []findingRow
	Approved  bool // saving takes approval back
	Returned  *saidRow
}

// diffLine is a line of a unified diff.
type diffLine struct{ Kind, Text string }

// diffLines are those of a diff, each of a kind: add, del, place or same.
func diffLines(diff string) []diffLine {
	var out []diffLine
	for n, line := range strings.Split(strings.TrimSuffix(diff, "\n"), "\n") {
		kind := "same"
		switch {
		case diff == "":
			return nil
		case n < 2 || strings.HasPrefix(line, "@@"), strings.HasPrefix(line, `\`):
			kind = "place"
		case strings.HasPrefix(line, "+"):
			kind = "add"
		case strings.HasPrefix(line, "-"):
			kind = "del"
		}
		out = append(out, diffLine{kind, line})
	}
	return out
}

// editor is the page with the text as it is saved.
func (d *Dashboard) editor(v *visit) (postmortemEditPage, id.ID, error) {
	of, err := incidentOf(v)
	if err != nil {
		return postmortemEditPage{}, "", err
	}
	found, err := d.sources.Postmortems.Get(v.ctx, of)
	if err != nil {
		return postmortemEditPage{}, "", err
	}
	if !found.Status.Begun() || found.Text == 0 {
		return postmortemEditPage{}, "", fault.New(fault.Conflict, "postmortem_not_begun", "nothing is written yet; begin the postmortem on its page")
	}
	p := postmortemEditPage{
		Crumbs: []link{{URL: postmortemsPath, Text: "Postmortems"}, titleOf(found.Incident), {Text: "Edit"}}, Title: found.Incident.Title,
		Action: postmortemURL(of) + "/edit", Back: postmortemURL(of), Version: found.Version, Text: found.Current.Text, Approved: found.Status == postmortem.Approved,
	}
	if r := found.Review.Returned; r != nil && found.Status == postmortem.Draft {
		p.Returned = &saidRow{By: r.Name, Text: r.Note, At: ago(v.now, r.At)}
	}
	return p, of, nil
}

func (p postmortemEditPage) screen() screen {
	return screen{template: "postmortem-edit", title: "Edit: " + p.Title, section: postmortemsPath, page: p}
}

// editPostmortem shows the text to be written.
func (d *Dashboard) editPostmortem(v *visit) (screen, error) {
	p, _, err := d.editor(v)
	return p.screen(), err
}

// savePostmortem saves the text, or shows how it would look.
func (d *Dashboard) savePostmortem(v *visit) (outcome, error) {
	p, of, err := d.editor(v)
	if err != nil {
		return outcome{}, err
	}
	seen, _ := strconv.ParseInt(v.typed("version"), 10, 64) // of no number it is 0, which is stale
	text, note := v.typed("text"), v.typed("note")
	if v.typed("do") != "preview" {
		_, err := d.sources.Postmortems.Save(v.ctx, of, seen, postmortem.TextInput{Text: text, Note: note})
		if err == nil {
			return outcome{to: postmortemURL(of)}, nil
		}
		said, status, known := wrong(err)
		if !known {
			return outcome{}, err
		}
		current := p.Version
		p.Wrong, p.Text, p.Note, p.Version = said, text, note, seen
		if fault.Is(err, fault.Precondition) {
			// What is saved next is saved by somebody who saw this.
			p.Diff, p.Version = diffLines(fault.As(err).Diff), current
		}
		return outcome{screen: p.screen(), status: status}, nil
	}
	p.Text, p.Note, p.Version, p.Previewed = text, note, seen, true
	if p.Body, p.Findings, err = d.marked(v, of, text); err != nil {
		said, status, known := wrong(err)
		if !known {
			return outcome{}, err
		}
		p.Wrong, p.Previewed = said, false
		return outcome{screen: p.screen(), status: status}, nil
	}
	return outcome{screen: p.screen(), status: http.StatusOK}, nil
}

type postmortemComparePage struct {
	Crumbs   []link
	Title    string
	Action   string
	From, To []choice
	Lines    []diffLine
	Said     []saidRow // who wrote them
	Empty    empty
}

func compareURL(of id.ID, from, to int) string {
	return postmortemURL(of) + "/compare?" + url.Values{"from": {strconv.Itoa(from)}, "to": {strconv.Itoa(to)}}.Encode()
}

// comparePostmortem shows what differs between two versions.
func (d *Dashboard) comparePostmortem(v *visit) (screen, error) {
	of, err := incidentOf(v)
	if err != nil {
		return screen{}, err
	}
	found, err := d.sources.Postmortems.Get(v.ctx, of)
	if err != nil {
		return screen{}, err
	}
	number := func(name string, usual int) int {
		n, err := strconv.Atoi(v.URL.Query().Get(name))
		if err != nil || n < 1 {
			return usual
		}
		return n
	}
	to := number("to", found.Text)
	from := number("from", max(to-1, 1))
	p := postmortemComparePage{
		Crumbs: []link{{URL: postmortemsPath, Text: "Postmortems"}, titleOf(found.Incident), {Text: "Compare"}}, Title: found.Incident.Title,
		Action: postmortemURL(of) + "/compare", Empty: empty{Title: "No difference", Text: "Both versions say the same."},
	}
	texts, err := d.sources.Postmortems.Texts(v.ctx, of, page.Request{Limit: page.MaxLimit})
	if err != nil {
		return screen{}, err
	}
	for _, t := range texts.Items {
		name := fmt.Sprintf("%d, by %s on %s", t.Number, t.Author, at(t.At).Text)
		p.From = append(p.From, choice{strconv.Itoa(t.Number), name, t.Number == from})
		p.To = append(p.To, choice{strconv.Itoa(t.Number), name, t.Number == to})
		if t.Number == to && t.Note != "" {
			p.Said = append(p.Said, saidRow{By: t.Author, Text: t.Note, At: ago(v.now, t.At)})
		}
	}
	diff, err := d.sources.Postmortems.Diff(v.ctx, of, from, to)
	if err != nil {
		return screen{}, err
	}
	p.Lines = diffLines(diff)
	return screen{template: "postmortem-compare", title: "Compare: " + p.Title, section: postmortemsPath, page: p}, nil
}
