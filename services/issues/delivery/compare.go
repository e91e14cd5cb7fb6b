package delivery

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/issues"
)

// LabelQuiet on an issue keeps the courier from commenting on it.
const LabelQuiet = "quiet"

// digest names a text by what it says: how a tracker ends lines is left aside.
func digest(text string) string {
	sum := sha256.Sum256([]byte(strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))))
	return hex.EncodeToString(sum[:12])
}

func fold(name string) string { return strings.ToLower(name) }

// contains reports whether a label or login is among others, in any case.
func contains(names []string, name string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return fold(n) == fold(name) })
}

// titleEvery is how long after one change of a group's title the next comes: it has the
// number of those that are broken, which changes with each.
const titleEvery = time.Hour

// titleAt is when another title of the issue can be written.
func (w *Written) titleAt(i issues.Issue) time.Time {
	if !i.IsGroup() || w.TitledAt.IsZero() {
		return time.Time{}
	}
	return w.TitledAt.Add(titleEvery)
}

// differs reports whether something is wanted that was neither written nor left to
// people, and can be now.
func (w *Written) differs(i issues.Issue, now time.Time) bool {
	if w.Title.Sent != "" || w.Body.Sent != "" { // it is not known what is there
		return true
	}
	if w.Title.Wanted != digest(i.Title) && !now.Before(w.titleAt(i)) {
		return true
	}
	if w.Body.Wanted != digest(i.Body) || w.Settled != wantedState(i) || w.AskWhy != "" || w.Comments < len(i.Comments) {
		return true
	}
	add, remove := w.labels(i)
	assign, unassign := w.assignees(i)
	return len(add)+len(remove)+len(assign)+len(unassign) > 0
}

func wantedState(i issues.Issue) Settled { return Settled{Episode: i.Episode, Open: i.Open} }

// wantedLabels are the issue's, and that of its service where it is made with one.
func (w *Written) wantedLabels(i issues.Issue) []string {
	if w.Service == "" || contains(i.Labels, w.Service) {
		return i.Labels
	}
	return append(slices.Clone(i.Labels), w.Service)
}

// labels are those to be added, and those of the courier's own to be removed.
func (w *Written) labels(i issues.Issue) (add, remove []string) {
	wanted := w.wantedLabels(i)
	for _, l := range wanted {
		if whose := w.Labels[fold(l)]; whose == "" || whose == Adding {
			add = append(add, l)
		}
	}
	for l := range w.Labels {
		if !contains(wanted, l) {
			remove = append(remove, l)
		}
	}
	slices.Sort(remove)
	return add, remove
}

// setLabel notes whose a label is; nobody's takes it out.
func (w *Written) setLabel(label string, whose Whose) {
	labels := map[string]Whose{}
	for l, of := range w.Labels {
		labels[l] = of
	}
	if labels[fold(label)] = whose; whose == "" {
		delete(labels, fold(label))
	}
	w.Labels = labels
}

// assignees are the people to whom it is to be assigned, and those of the courier's own
// to whom it is not to be any more.
func (w *Written) assignees(i issues.Issue) (add, remove []id.ID) {
	for _, person := range i.Assignees {
		if whose := w.People[person].Whose; whose == "" || whose == Adding {
			add = append(add, person)
		}
	}
	for person := range w.People {
		if !slices.Contains(i.Assignees, person) {
			remove = append(remove, person)
		}
	}
	slices.Sort(remove)
	return add, remove
}

// setPerson notes how it is assigned to somebody; nobody's takes them out.
func (w *Written) setPerson(person id.ID, a Assigned) {
	people := map[id.ID]Assigned{}
	maps.Copy(people, w.People)
	if people[person] = a; a.Whose == "" {
		delete(people, person)
	}
	w.People = people
}

// askAgain forgets what the tracker did not do, so that it is asked for again.
func (w *Written) askAgain() {
	for label, whose := range w.Labels {
		if whose == Untaken {
			w.setLabel(label, "")
		}
	}
	for person, a := range w.People {
		if a.Whose == Untaken {
			w.setPerson(person, Assigned{})
		}
	}
	if w.Apart != "" {
		w.Under, w.Apart = "", ""
	}
}

// untaken says in words for people what was wanted and the tracker did not do.
func (w *Written) untaken() string {
	var labels, logins, said []string
	nameless := 0
	for label, whose := range w.Labels {
		if whose == Untaken {
			labels = append(labels, strconv.Quote(label))
		}
	}
	for _, a := range w.People {
		switch {
		case a.Whose != Untaken:
		case a.Login == "":
			nameless++
		default:
			logins = append(logins, a.Login)
		}
	}
	if len(labels) > 0 {
		slices.Sort(labels)
		said = append(said, fmt.Sprintf("these labels are not on it: %s; the App or token may lack the role to set labels", strings.Join(labels, ", ")))
	}
	if len(logins) > 0 {
		slices.Sort(logins)
		said = append(said, fmt.Sprintf("it is not assigned to %s: GitHub assigns to those who can write to the repository, and to those alone", strings.Join(logins, ", ")))
	}
	if nameless > 0 {
		said = append(said, "it is not assigned to everybody, since no login on GitHub is known of who is wanted: they or an administrator can enter it, and it can be retried then")
	}
	if w.Apart != "" {
		said = append(said, "it is no part of the issue to which it belongs: "+w.Apart)
	}
	return strings.Join(said, "; ")
}

// prepare notes what an issue is made with.
func (w *Written) prepare(i issues.Issue) {
	w.Title = Text{Wanted: digest(i.Title), Seen: digest(i.Title)}
	w.Body = Text{Wanted: digest(i.Body), Seen: digest(i.Body)}
	for _, asked := range []string{w.Title.Wanted, w.Body.Wanted} {
		if !slices.Contains(w.Asked, asked) {
			w.Asked = append(slices.Clone(w.Asked), asked)
		}
	}
	w.Settled, w.Told, w.Labels = wantedState(i), i.Episode, nil
	for _, l := range w.wantedLabels(i) {
		w.setLabel(l, Adding)
	}
}

// recognize takes in the texts of what was asked for more than once: as an earlier attempt
// had them they are the courier's own.
func (w *Written) recognize(r Remote) {
	for text, is := range map[*Text]string{&w.Title: digest(r.Title), &w.Body: digest(r.Body)} {
		if slices.Contains(w.Asked, is) {
			*text = Text{Wanted: is, Seen: is}
		}
	}
}

// notice takes in what is on the tracker: what the courier added is its own, and
// what people made of the issue is the outcome.
func (d *Delivery) notice(i issues.Issue, r Remote) {
	w := &d.Written
	for label, whose := range w.Labels {
		if whose == Adding && contains(r.Labels, label) {
			w.setLabel(label, Ours)
		}
	}
	for person, a := range w.People {
		if a.Whose == Adding && contains(r.Assignees, a.Login) {
			w.setPerson(person, Assigned{a.Login, Ours})
		}
	}
	asked := w.Closed && w.Why != "" // of this closing, whatever came since
	d.URL, w.ETag, w.Closed, d.Outcome = r.URL, r.ETag, !r.Open, ""
	if r.Open || !r.ByPerson || w.Settled.Episode != i.Episode {
		return
	}
	d.Outcome = Done
	if r.Reason == "not_planned" {
		d.Outcome = Waived
		if w.Settled.Open && w.Why != w.Settled.Episode && !asked {
			w.AskWhy = w.Settled.Episode
		}
	}
}

// edit is what is to be changed of title, body and state. What people changed since
// the courier wrote it is left to them, and so is what they closed or opened in this
// episode.
func (w *Written) edit(i issues.Issue, r Remote, mode Mode, now time.Time) (e Edit, needed bool) {
	leave := func(t *Text, wanted, is string) bool {
		want := digest(wanted)
		if t.Wanted == want && t.Sent == "" {
			return true
		}
		if t.Sent == digest(is) {
			t.Seen = t.Sent
		}
		untouched := t.Seen == digest(is)
		if untouched && want != digest(is) {
			return false
		}
		t.Wanted, t.Sent = want, "" // left to people, or there already
		if want == digest(is) {
			t.Seen = want
		}
		return true
	}
	if titleWaits := w.Title.Sent == "" && now.Before(w.titleAt(i)); !titleWaits && !leave(&w.Title, i.Title, r.Title) {
		e.Title, needed = &i.Title, true
	}
	if !leave(&w.Body, i.Body, r.Body) {
		e.Body, needed = &i.Body, true
	}
	want := wantedState(i)
	switch {
	case want == w.Settled:
	case r.Open == want.Open, mode != Enforce, want.Open && r.ByPerson && want.Episode == w.Settled.Episode:
		w.Settled = want
	default:
		e.Open, needed = &want.Open, true
		if e.Reason = "completed"; want.Open {
			e.Reason = ""
		}
	}
	return e, needed
}

// sends notes the texts of an edit that is about to be asked for.
func (w *Written) sends(e Edit) {
	if e.Title != nil {
		w.Title.Sent = digest(*e.Title)
	}
	if e.Body != nil {
		w.Body.Sent = digest(*e.Body)
	}
}

// wrote notes an edit that the tracker answered as it should.
func (w *Written) wrote(i issues.Issue, e Edit, r Remote, now time.Time) {
	if e.Title != nil {
		w.TitledAt = now
		w.Title = Text{Wanted: digest(i.Title), Seen: digest(r.Title)}
	}
	if e.Body != nil {
		w.Body = Text{Wanted: digest(i.Body), Seen: digest(r.Body)}
	}
	if e.Open != nil {
		w.Settled = wantedState(i)
	}
	w.ETag, w.Closed = "", !r.Open
}

// askWhy is the comment on an issue of the kind that a person closed as not planned.
func askWhy(kind issues.Kind) string {
	const why = " Please write here why, so that others can follow the decision."
	switch kind {
	case issues.KindBudgetViolation:
		return "Closed as not planned: Evenkeel leaves it so, and asks for nothing more until the policy is broken again." + why
	case issues.KindActionItem:
		return "Closed as not planned: the action item is waived." + why + " Where a policy asks for it, it counts once the reason is in Evenkeel, too."
	case issues.KindToilCandidate:
		return "Closed as not planned: the automation is dropped." + why
	}
	return "Closed as not planned: Evenkeel leaves it so." + why
}

// nextComment is what is to be said next, under a key that is its own.
func (w *Written) nextComment(i issues.Issue) (key, body string, found bool) {
	switch {
	case w.Comments < len(i.Comments):
		key, body = strconv.Itoa(w.Comments), i.Comments[w.Comments].Body
	case w.AskWhy != "":
		key, body = "why-"+string(w.AskWhy), askWhy(i.Kind)
	default:
		return "", "", false
	}
	return key, body + "\n\n" + commentMarker(i.Fingerprint, key), true
}

// commentMarker is the hidden line by which a comment is found again.
func commentMarker(fingerprint, key string) string {
	return "<!-- evenkeel:v1 fp=" + fingerprint + " comment=" + key + " -->"
}

// said notes that the comment with the key was made or left out.
func (w *Written) said(key string) {
	if strings.HasPrefix(key, "why-") {
		w.Why, w.AskWhy = w.AskWhy, ""
		return
	}
	w.Comments++
}
