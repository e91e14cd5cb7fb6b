package manifest

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/slo"
)

// SLO is an SLO; its manifest says all of it.
type SLO struct {
	Service string // the slug of its service
	slo.Declaration
}

func (s SLO) identity() Identity { return Identity{KindSLO, s.Service + "/" + s.Slug} }

func (s SLO) renamed(now called) Thing {
	s.Service = now(KindService, "/service", s.Service)
	is := s.Service + "/" + s.Slug
	if name := now(KindSLO, "/slug", is); name != is {
		_, s.Slug, _ = strings.Cut(name, "/")
	}
	return s
}

func (SLO) pointer(p string) string { return p }

// promise is a complete declaration by the names of the wire.
type promise struct {
	Name        string      `json:"name"`
	Description string      `json:"description"`
	Objective   string      `json:"objective"`
	WindowDays  int         `json:"windowDays"`
	Calendar    *promiseCal `json:"calendar"`
	Further     []goal      `json:"furtherObjectives"`
	Budgeting   struct {
		Method       slo.Method `json:"method"`
		SliceTarget  string     `json:"sliceTarget"`
		SliceSeconds int        `json:"sliceSeconds"`
		Missing      string     `json:"missing"`
	} `json:"budgeting"`
	MinEvents   int64           `json:"minEvents"`
	Confidence  string          `json:"confidence"`
	Enforcement slo.Enforcement `json:"enforcement"`
	Alerts      struct {
		Off          []string `json:"off"`
		MinBadEvents int64    `json:"minBadEvents"`
	} `json:"alerts"`
	Indicator struct {
		Category          slo.Category    `json:"category"`
		Counting          slo.Counting    `json:"counting"`
		ResolutionSeconds int             `json:"resolutionSeconds"`
		Description       string          `json:"description"`
		Source            json.RawMessage `json:"source"`
	} `json:"indicator"`
	Rationale string `json:"rationale"`
	Reviewer  string `json:"reviewer"`
	ReviewBy  string `json:"reviewBy"`
}

type promiseCal struct {
	Period    string `json:"period"`
	StartDate string `json:"startDate"`
	TimeZone  string `json:"timeZone"`
}

type goal struct {
	Name       string      `json:"name"`
	Objective  string      `json:"objective"`
	WindowDays int         `json:"windowDays"`
	Calendar   *promiseCal `json:"calendar"`
}

// promised is the declaration, with its data source by slug where that is known.
func (w *world) promised(d slo.Declaration) promise {
	d = d.Complete()
	if slug, known := w.sources[d.Origin.DataSource]; known {
		d.Origin.DataSource = id.ID(slug)
	}
	p := promise{
		Name: d.Name, Description: d.Description, Objective: d.Objective, WindowDays: d.WindowDays, Calendar: calendarOf(d.Calendar),
		MinEvents: d.MinEvents, Confidence: d.Confidence, Enforcement: d.Enforcement, Rationale: d.Rationale, Reviewer: d.Reviewer,
	}
	for _, g := range d.Further {
		p.Further = append(p.Further, goal{g.Name, g.Objective, g.WindowDays, calendarOf(g.Calendar)})
	}
	b := d.Budgeting
	p.Budgeting.Method, p.Budgeting.SliceTarget, p.Budgeting.SliceSeconds, p.Budgeting.Missing = b.Method, b.SliceTarget, int(b.SliceLength/time.Second), string(b.Missing)
	p.Alerts.Off, p.Alerts.MinBadEvents = slices.Sorted(slices.Values(d.AlertsOff)), d.MinBadEvents
	p.Indicator.Category, p.Indicator.Counting, p.Indicator.ResolutionSeconds, p.Indicator.Description = d.Category, d.Counting, int(d.Resolution/time.Second), d.GoodEvent
	p.Indicator.Source = json.RawMessage(cmp.Or(d.Origin.String(), "null"))
	if d.ReviewBy != nil {
		p.ReviewBy = d.ReviewBy.Format(time.DateOnly)
	}
	return p
}

func calendarOf(c *slo.CalendarInput) *promiseCal {
	if c == nil {
		return nil
	}
	return &promiseCal{string(c.Period), c.StartDate, c.TimeZone}
}

func (s SLO) differ(w *world, path string) (change, error) {
	d := s.Complete()
	is, there := w.slos[s.identity()]
	if !there {
		return change{action: Create, fields: said(w.promised(d)), do: func(ctx context.Context) (id.ID, error) {
			of, known := w.services[s.Service]
			if !known {
				return "", s.homeless()
			}
			made, _, err := w.hands.SLOs.Declare(w.acting(ctx, path, whole), of.ID, d)
			return made.SLO.ID, err
		}}, nil
	}
	if err := w.others(s.identity(), is.SLO.Manager); err != nil {
		return change{}, err
	}
	fields := differences(w.promised(is.Declared()), w.promised(d))
	kept := w.set.Slug == "" || is.SLO.Manager == w.manager()
	return change{action: settled(fields, is.SLO.RetiredAt != nil, kept), resource: is.SLO.ID, fields: fields, do: func(ctx context.Context) (id.ID, error) {
		ctx = w.acting(ctx, path, whole)
		return revise(is.SLO.RetiredAt != nil, is.SLO.Version, func(version int64) (int64, error) {
			v, err := w.hands.SLOs.Restore(ctx, is.SLO.ID, version, w.reason())
			return v.SLO.Version, err
		}, func(version int64) (id.ID, error) {
			v, _, err := w.hands.SLOs.Revise(ctx, is.SLO.ID, version, d)
			return v.SLO.ID, err
		})
	}}, nil
}

// homeless is what is wrong with an SLO whose service is not there, all of it at once.
func (s SLO) homeless() error {
	var check fault.Check
	if wrong := fault.As(s.Validate()); wrong != nil {
		for _, v := range wrong.Violations {
			check.Fail(v.Pointer, v.Value, "%s", v.Message)
		}
	}
	check.Fail("/service", s.Service, "must name a service that there is, or of which there is a manifest that can be brought")
	return check.Err()
}

// whole is what is kept of a thing that has one manager for all of it.
var whole = []string{"slug"}
