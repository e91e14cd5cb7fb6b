package postmortem

import (
	"context"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/incident/postmortem/document"
)

// Parts are what a Service is made of.
type Parts struct {
	Store      Store
	Incidents  Incidents
	Kept       Kept
	Registry   Registry
	People     People
	Actions    Actions
	Claims     Claims
	Shares     Shares
	Teller     event.Teller   // nil tells nobody
	Index      incident.Index // nil has nothing found
	Rules      Rules
	Runner     tx.Runner
	Authorizer *access.Authorizer
	Recorder   access.Recorder
	Clock      clock.Clock
}

// Service is what can be done with postmortems. Every method authorises the context's caller, and
// every change is audited in its own transaction. To whom may not read its incident, a postmortem
// is NotFound, as the incident is.
type Service struct{ Parts }

// NewService returns the service.
func NewService(p Parts) *Service { return &Service{p} }

// Get returns the postmortem of an incident; NotFound "incident_not_found" and
// "postmortem_not_found".
func (s *Service) Get(ctx context.Context, of id.ID) (View, error) {
	i, p, err := s.read(ctx, of)
	if err != nil {
		return View{}, fmt.Errorf("read a postmortem: %w", err)
	}
	v, err := s.view(ctx, i, p)
	if err != nil {
		return View{}, fmt.Errorf("read a postmortem: %w", err)
	}
	return v, nil
}

// About returns the incident of a postmortem that may not be there yet; NotFound.
func (s *Service) About(ctx context.Context, of id.ID) (incident.Incident, error) {
	if err := s.mayRead(ctx); err != nil {
		return incident.Incident{}, err
	}
	return s.Incidents.Get(ctx, of)
}

// read returns the incident and its postmortem, if the caller may read them.
func (s *Service) read(ctx context.Context, of id.ID) (incident.Incident, Postmortem, error) {
	i, err := s.About(ctx, of)
	if err != nil {
		return i, Postmortem{}, err
	}
	p, err := s.Store.Postmortem(ctx, of)
	return i, p, err
}

// hold is read of one that nobody else changes meanwhile, within a transaction: nor its incident, so
// that nothing is told of one that is being restricted.
func (s *Service) hold(ctx context.Context, of id.ID) (incident.Incident, Postmortem, error) {
	if err := s.mayRead(ctx); err != nil {
		return incident.Incident{}, Postmortem{}, err
	}
	i, err := s.Kept.HoldIncident(ctx, of)
	if err == nil && !i.ReadableBy(access.CallerFrom(ctx)) {
		err = fault.Missing("incident", string(of))
	}
	if err != nil {
		return i, Postmortem{}, err
	}
	p, err := s.Store.HoldPostmortem(ctx, of)
	return i, p, err
}

func (s *Service) view(ctx context.Context, i incident.Incident, p Postmortem) (View, error) {
	v := View{Postmortem: p, Incident: i, Missing: []document.Missing{}}
	var err error
	if v.Requests, err = s.Store.Requests(ctx, []id.ID{p.ID}); err != nil || p.Text == 0 {
		return v, err
	}
	for _, reviewer := range p.Review.Reviewers {
		person, err := s.People.Person(ctx, reviewer)
		if err != nil {
			return v, fmt.Errorf("name a reviewer: %w", err)
		}
		v.Reviewers = append(v.Reviewers, person)
	}
	if v.Current, err = s.Store.Text(ctx, p.ID, p.Text); err != nil {
		return v, err
	}
	v.Missing = p.Template.Document.Missing(v.Current.Text)
	return v, nil
}

// AskedBy are the postmortems that a violation asks for, whether that was waived or not, of those that
// the caller may read.
func (s *Service) AskedBy(ctx context.Context, violation id.ID) ([]View, error) {
	if err := s.mayRead(ctx); err != nil {
		return nil, err
	}
	incidents, err := s.Store.AskedFor(ctx, ByPolicy, violation)
	if err != nil {
		return nil, fmt.Errorf("read which postmortems a violation asks for: %w", err)
	}
	var out []View
	for _, of := range incidents {
		v, err := s.Get(ctx, of)
		switch {
		case err == nil:
			out = append(out, v)
		case !fault.Is(err, fault.NotFound): // which it is to whom may not read it
			return nil, err
		}
	}
	return out, nil
}

// List lists postmortems, also those that are only asked for, those with the newest impact first,
// without their texts.
func (s *Service) List(ctx context.Context, f Filter, r page.Request) (page.Page[View], error) {
	none := page.Page[View]{}
	if err := s.mayRead(ctx); err != nil {
		return none, err
	}
	var check fault.Check
	check.Require(f.From.IsZero() || f.To.IsZero() || f.From.Before(f.To), "query.from", f.From, "must be earlier than to")
	if err := check.Err(); err != nil {
		return none, err
	}
	c := access.CallerFrom(ctx)
	f.Reader = incident.Reader{All: c.Kind == access.BySystem || c.Administers(), Person: c.Person}
	f.Now = s.Clock()
	found, err := s.Store.Postmortems(ctx, f, r)
	if err != nil {
		return none, fmt.Errorf("list postmortems: %w", err)
	}
	var incidents, all []id.ID
	for _, p := range found.Items {
		incidents, all = append(incidents, p.Incident), append(all, p.ID)
	}
	about, err := s.Kept.IncidentsByID(ctx, incidents)
	if err != nil {
		return none, fmt.Errorf("read the incidents of postmortems: %w", err)
	}
	requests, err := s.Store.Requests(ctx, all)
	if err != nil {
		return none, fmt.Errorf("read what asks for postmortems: %w", err)
	}
	of := map[id.ID][]Request{}
	for _, one := range requests {
		of[one.Postmortem] = append(of[one.Postmortem], one)
	}
	return page.Map(found, func(p Postmortem) View {
		return View{Postmortem: p, Incident: about[p.Incident], Requests: of[p.ID], Missing: []document.Missing{}}
	}), nil
}

// Acts lists what was done with a postmortem, the newest first; NotFound.
func (s *Service) Acts(ctx context.Context, of id.ID, r page.Request) (page.Page[Act], error) {
	_, p, err := s.read(ctx, of)
	if err != nil {
		return page.Page[Act]{}, fmt.Errorf("read what was done with a postmortem: %w", err)
	}
	return s.Store.Acts(ctx, p.ID, r)
}

// ActionsOf are what is to be done after the incident; NotFound.
func (s *Service) ActionsOf(ctx context.Context, of id.ID) ([]Action, error) {
	if _, err := s.About(ctx, of); err != nil {
		return nil, err
	}
	found, err := s.Parts.Actions.Actions(ctx, of)
	if err != nil {
		return nil, fmt.Errorf("read the action items of an incident: %w", err)
	}
	return found, nil
}

func (s *Service) mayRead(ctx context.Context) error {
	return s.Authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindPostmortem})
}

// object is the postmortem as the audit log names it: it is about its incident, so that whoever may
// not read that finds nothing.
func object(i incident.Incident) access.Object {
	return access.Object{Kind: access.KindIncident, ID: i.ID, Label: i.Title, Team: i.Team}
}

// MayWrite reports whether the caller may write the postmortem of the incident.
func (s *Service) MayWrite(ctx context.Context, i incident.Incident) (bool, error) {
	err := s.mayWrite(ctx, i)
	if fault.Is(err, fault.Forbidden) || fault.Is(err, fault.Unauthenticated) {
		return false, nil
	}
	return err == nil, err
}

// mayWrite refuses whoever is neither of the team that owns the incident nor in a role of it.
func (s *Service) mayWrite(ctx context.Context, i incident.Incident) error {
	c := access.CallerFrom(ctx)
	if c.Kind == access.ByPerson && c.Person != "" {
		for _, person := range i.Roles {
			if person == c.Person {
				return s.Authorizer.Permit(ctx, access.Rule{Verb: access.Update, Kind: access.KindPostmortem})
			}
		}
	}
	return s.Authorizer.Authorize(ctx, access.Update, access.Object{Kind: access.KindPostmortem, ID: i.ID, Label: i.Title, Team: i.Team})
}

// wrote reports whether the person submitted the text or wrote a version of it: who wrote most of it
// may not be who saved it last.
func (s *Service) wrote(ctx context.Context, p Postmortem, person id.ID) (bool, error) {
	if person == "" || p.Text == 0 {
		return false, nil
	}
	if p.Review.Submitted != nil && p.Review.Submitted.Person == person {
		return true, nil
	}
	latest, err := s.Store.Text(ctx, p.ID, p.Text)
	if err != nil || latest.Person == person {
		return err == nil, err
	}
	return s.Store.Wrote(ctx, p.ID, person)
}

// write writes the postmortem as it is now.
func (s *Service) write(ctx context.Context, now time.Time, p *Postmortem) error {
	author, _ := access.AuthorFrom(ctx)
	p.UpdatedAt, p.UpdatedBy = now, author.Name
	if err := s.Store.UpdatePostmortem(ctx, *p); err != nil {
		return err
	}
	p.Version++
	return nil
}

func (s *Service) act(ctx context.Context, now time.Time, p Postmortem, kind ActKind, text string) error {
	author, _ := access.AuthorFrom(ctx)
	return s.Store.AddAct(ctx, Act{ID: id.New(now), Postmortem: p.ID, Kind: kind, Number: p.Text, Text: text, At: now, By: author.Name})
}

// change does something with a postmortem that nobody else changes meanwhile, in a transaction, once
// the caller may; it writes the postmortem with its audit entry. The version has to be the current one.
func (s *Service) change(ctx context.Context, of id.ID, version int64, may func(context.Context, incident.Incident) error, do func(ctx context.Context, now time.Time, i incident.Incident, p *Postmortem) error) (View, error) {
	now := clock.Round(s.Clock())
	var after View
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		i, before, err := s.hold(ctx, of)
		if err != nil {
			return err
		}
		if err := may(ctx, i); err != nil {
			return err
		}
		if before.Version != version {
			return s.lost(ctx, before, version)
		}
		p := before
		if err := do(ctx, now, i, &p); err != nil {
			return err
		}
		if p.Version == before.Version {
			after, err = s.view(ctx, i, p)
			return err // nothing was changed
		}
		if err := s.Recorder.RecordDiff(ctx, access.Update, object(i), "", before.record(), p.record()); err != nil {
			return err
		}
		after, err = s.view(ctx, i, p)
		return err
	})
	return after, err
}

// lost is the fault of who saw another version: it shows what became of the text since.
func (s *Service) lost(ctx context.Context, p Postmortem, seen int64) error {
	e := fault.New(fault.Precondition, "version_mismatch", "the postmortem is at version %d now, and not at %d any more; read it again and repeat the change", p.Version, seen)
	if p.Text == 0 {
		return e
	}
	now, err := s.Store.Text(ctx, p.ID, p.Text)
	if err != nil {
		return err
	}
	was, err := s.Store.TextAt(ctx, p.ID, seen)
	if fault.Is(err, fault.NotFound) {
		return e
	}
	if err != nil {
		return err
	}
	e.Diff = diff(was, now)
	if e.Diff != "" {
		e.Message = fmt.Sprintf("%s changed the text since version %d; the postmortem is at version %d now: take over what was changed, and repeat the change", now.Author, seen, p.Version)
	}
	return e
}

// diff is what differs between two texts, as a unified diff.
func diff(from, to Text) string {
	return document.Diff(fmt.Sprintf("version %d", from.Number), fmt.Sprintf("version %d", to.Number), from.Text, to.Text)
}
