package api

import (
	"context"
	"net/http"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/toil"
)

type ToilEntryPath struct {
	TeamPath
	Entry string `path:"toilEntry" maxLength:"26" doc:"Identifier of the entry."`
}

const toilEntriesPath = toilPath + "/entries"

func (a *API) addToilEntries(r Rooms) {
	read := access.Rule{Verb: access.Read, Kind: access.KindToilEntry}
	type query struct {
		TeamPath
		Paging
		From string `query:"from" format:"date" doc:"Only of this day and later." example:"2026-03-01"`
		To   string `query:"to" format:"date" doc:"Only of this day and earlier." example:"2026-03-31"`
	}
	register(a, operation{
		id: "listToilEntries", method: http.MethodGet, path: toilEntriesPath, tag: toilTag, summary: "List the toil that you logged",
		description: "That of the caller, the latest day first; nobody else's.", rule: read, errors: renamed,
	}, func(ctx context.Context, in *query) (*list[ToilEntry], error) {
		team, err := r.Registry.TeamFor(ctx, in.Team)
		if err != nil {
			return nil, err
		}
		found, err := r.Toil.Entries(ctx, toil.EntryFilter{Team: team.ID, From: clock.Date(in.From), To: clock.Date(in.To)}, in.Request())
		if err != nil {
			return nil, err
		}
		names, err := r.serviceNames(ctx, each(found.Items, func(e toil.Entry) id.ID { return e.Service }))
		if err != nil {
			return nil, err
		}
		return listed(ctx, found, func(e toil.Entry) ToilEntry { return toToilEntry(e, names) }), nil
	})
	register(a, operation{
		id: "getToilEntriesAsCSV", method: http.MethodGet, path: toilEntriesPath + "/csv", tag: toilTag, summary: "Get the toil that you logged as CSV",
		description: "All of it, as importToilEntries reads it.", rule: read, sends: "text/csv", errors: renamed,
	}, func(ctx context.Context, in *TeamPath) (*file, error) {
		team, err := r.Registry.TeamFor(ctx, in.Team)
		if err != nil {
			return nil, err
		}
		text, err := r.Toil.CSV(ctx, team.ID)
		if err != nil {
			return nil, err
		}
		return &file{ContentType: "text/csv; charset=utf-8", Disposition: `attachment; filename="toil.csv"`, Body: text}, nil
	})

	type post struct {
		TeamPath
		Once
		Body ToilEntryInput
	}
	write := access.Rule{Verb: access.Create, Kind: access.KindToilEntry}
	register(a, operation{
		id: "logToil", method: http.MethodPost, path: toilEntriesPath, tag: toilTag, summary: "Log toil",
		description: "Of the caller, who is a member of the team. The team sees it in sums by category and service.", rule: write, errors: renamed,
	}, func(ctx context.Context, in *post) (*created[ToilEntry], error) {
		team, err := r.Registry.TeamFor(ctx, in.Team)
		if err != nil {
			return nil, err
		}
		return r.logged(ctx, a, in.Once, team.ID, team.Slug, func(ctx context.Context) (toil.Entry, error) {
			e, err := r.toilEntry(ctx, in.Body)
			if err != nil {
				return toil.Entry{}, err
			}
			return r.Toil.Log(ctx, team.ID, e)
		})
	})

	type upload struct {
		TeamPath
		DryRun  bool   `query:"dryRun" doc:"Whether it is only said what would become of it."`
		RawBody []byte `contentType:"text/csv" doc:"With a first line of columns: day, minutes, category, and perhaps service, manual, repetitive, automatable, tactical, no_enduring_value, grows, link, note, id."`
	}
	type imported struct{ Body ToilImport }
	register(a, operation{
		id: "importToilEntries", method: http.MethodPost, path: toilEntriesPath + "/csv", tag: toilTag, summary: "Log toil from CSV",
		description: "All lines or none, each fault at its line. Lines that came with a file before, or have the id of an entry of yours, are not added again.", rule: write, status: http.StatusOK, maxBody: 1 << 20, errors: renamed,
	}, func(ctx context.Context, in *upload) (*imported, error) {
		team, err := r.Registry.TeamFor(ctx, in.Team)
		if err != nil {
			return nil, err
		}
		out, err := r.Toil.Import(ctx, team.ID, in.RawBody, in.DryRun)
		if err != nil {
			return nil, err
		}
		return &imported{ToilImport{DryRun: in.DryRun, Lines: out.Lines, Added: out.Added, Minutes: out.Minutes}}, nil
	})

	type get struct {
		ToilEntryPath
		IfNoneMatch
	}
	register(a, operation{
		id: "getToilEntry", method: http.MethodGet, path: toilEntriesPath + "/{toilEntry}", tag: toilTag, summary: "Get toil that you logged",
		description: "With its ETag.", rule: read, errors: renamed,
	}, func(ctx context.Context, in *get) (*reply[ToilEntry], error) {
		team, err := r.Registry.TeamFor(ctx, in.Team)
		if err != nil {
			return nil, err
		}
		e, err := r.Toil.Entry(ctx, team.ID, id.ID(in.Entry))
		body, err := r.showToilEntry(ctx, e, err)
		if err != nil {
			return nil, err
		}
		return found(in.IfNoneMatch, body.Version, body), nil
	})

	type put struct {
		ToilEntryPath
		IfMatch
		Body ToilEntryInput
	}
	register(a, operation{
		id: "updateToilEntry", method: http.MethodPut, path: toilEntriesPath + "/{toilEntry}", tag: toilTag, summary: "Update toil that you logged",
		description: "The body replaces what was said of it.", rule: access.Rule{Verb: access.Update, Kind: access.KindToilEntry}, errors: renamed,
	}, func(ctx context.Context, in *put) (*reply[ToilEntry], error) {
		team, err := r.Registry.TeamFor(ctx, in.Team)
		if err != nil {
			return nil, err
		}
		e, err := r.toilEntry(ctx, in.Body)
		if err != nil {
			return nil, err
		}
		after, err := r.Toil.Amend(ctx, team.ID, id.ID(in.Entry), in.Version(), e)
		body, err := r.showToilEntry(ctx, after, err)
		if err != nil {
			return nil, err
		}
		return current(body.Version, body), nil
	})

	type del struct {
		ToilEntryPath
		IfMatch
	}
	register(a, operation{
		id: "deleteToilEntry", method: http.MethodDelete, path: toilEntriesPath + "/{toilEntry}", tag: toilTag, summary: "Delete toil that you logged",
		description: "It is gone, and no log keeps it.", rule: access.Rule{Verb: access.Delete, Kind: access.KindToilEntry}, errors: renamed,
	}, func(ctx context.Context, in *del) (*nothing, error) {
		team, err := r.Registry.TeamFor(ctx, in.Team)
		if err != nil {
			return nil, err
		}
		return nil, r.Toil.Strike(ctx, team.ID, id.ID(in.Entry), in.Version())
	})
}

func (a *API) addToilProposals(r Rooms) {
	type proposal struct {
		TeamPath
		Proposal string `path:"toilProposal" maxLength:"26" doc:"Identifier of the proposal."`
	}
	register(a, operation{
		id: "listToilProposals", method: http.MethodGet, path: toilPath + "/proposals", tag: toilTag, summary: "List what may have been toil of yours",
		description: "Pages of the last 14 days that somebody acknowledged, and that the caller neither logged nor dismissed.", rule: access.Rule{Verb: access.Read, Kind: access.KindToilEntry}, errors: renamed,
	}, func(ctx context.Context, in *TeamPath) (*list[ToilProposal], error) {
		team, err := r.Registry.TeamFor(ctx, in.Team)
		if err != nil {
			return nil, err
		}
		found, err := r.Toil.Proposals(ctx, team.ID)
		if err != nil {
			return nil, err
		}
		names, err := r.serviceNames(ctx, each(found, func(p toil.Proposal) id.ID { return p.Service }))
		if err != nil {
			return nil, err
		}
		return listed(ctx, page.Page[toil.Proposal]{Items: found}, func(p toil.Proposal) ToilProposal {
			return ToilProposal{ID: string(p.ID), Kind: string(p.Kind), Minutes: p.Minutes, Day: string(p.Day), Service: names.optional(p.Service), Title: p.Title, Link: p.Link}
		}), nil
	})

	type take struct {
		TeamPath
		Proposal string `path:"toilProposal" maxLength:"26" doc:"Identifier of the proposal."`
		Once
		Body ToilWork
	}
	register(a, operation{
		id: "takeToilProposal", method: http.MethodPost, path: toilPath + "/proposals/{toilProposal}/take", tag: toilTag, summary: "Log what was proposed",
		description: "Its day and service are those of what happened.", rule: access.Rule{Verb: access.Create, Kind: access.KindToilEntry}, errors: renamed,
	}, func(ctx context.Context, in *take) (*created[ToilEntry], error) {
		team, err := r.Registry.TeamFor(ctx, in.Team)
		if err != nil {
			return nil, err
		}
		return r.logged(ctx, a, in.Once, team.ID, team.Slug, func(ctx context.Context) (toil.Entry, error) {
			return r.Toil.Take(ctx, team.ID, id.ID(in.Proposal), fromToilWork(in.Body))
		})
	})
	register(a, operation{
		id: "dismissToilProposal", method: http.MethodPost, path: toilPath + "/proposals/{toilProposal}/dismiss", tag: toilTag, summary: "Dismiss what was proposed",
		description: "It was no toil of the caller.", rule: access.Rule{Verb: access.Create, Kind: access.KindToilEntry}, status: http.StatusNoContent, errors: renamed,
	}, func(ctx context.Context, in *proposal) (*nothing, error) {
		team, err := r.Registry.TeamFor(ctx, in.Team)
		if err != nil {
			return nil, err
		}
		return nil, r.Toil.Dismiss(ctx, team.ID, id.ID(in.Proposal))
	})
}

// logged answers a POST that logs toil.
func (r Rooms) logged(ctx context.Context, a *API, once Once, team id.ID, slug string, do func(ctx context.Context) (toil.Entry, error)) (*created[ToilEntry], error) {
	return create(ctx, a, once, creation[ToilEntry, ToilEntry]{
		make: func(ctx context.Context) (ToilEntry, error) {
			e, err := do(ctx)
			return r.showToilEntry(ctx, e, err)
		},
		load: func(ctx context.Context, made id.ID) (ToilEntry, error) {
			e, err := r.Toil.Entry(ctx, team, made)
			return r.showToilEntry(ctx, e, err)
		},
		name: func(e ToilEntry) (id.ID, int64, string) {
			return id.ID(e.ID), e.Version, "/v1/teams/" + slug + "/toil/entries/" + e.ID
		},
		show: itself[ToilEntry],
	})
}

func (r Rooms) showToilEntry(ctx context.Context, e toil.Entry, err error) (ToilEntry, error) {
	if err != nil {
		return ToilEntry{}, err
	}
	names, err := r.serviceNames(ctx, []id.ID{e.Service})
	if err != nil {
		return ToilEntry{}, err
	}
	return toToilEntry(e, names), nil
}

// toilEntry finds the service that is named.
func (r Rooms) toilEntry(ctx context.Context, in ToilEntryInput) (toil.EntryInput, error) {
	e := fromToilWork(in.ToilWork)
	e.Day = clock.Date(in.Day)
	var err error
	e.Service, err = r.namedService(ctx, in.Service)
	return e, err
}

// namedService is the service of that slug or identifier, empty of none; a fault of /service where there
// is none.
func (r Rooms) namedService(ctx context.Context, name string) (id.ID, error) {
	if name == "" {
		return "", nil
	}
	service, err := r.Registry.ServiceFor(ctx, name)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Moved) {
		var check fault.Check
		check.Fail("/service", name, "must name a service that exists, by its slug or identifier: %s", fault.As(err).Message)
		err = check.Err()
	}
	return service.ID, err
}

func fromToilWork(in ToilWork) toil.EntryInput {
	return toil.EntryInput{
		Minutes: in.Minutes, Category: toil.Category(in.Category), Link: in.Link, Note: in.Note,
		Traits: toil.Traits{Manual: in.Manual, Repetitive: in.Repetitive, Automatable: in.Automatable, Tactical: in.Tactical, NoEnduringValue: in.NoEnduringValue, Grows: in.Grows},
	}
}

func toToilEntry(e toil.Entry, names serviceNames) ToilEntry {
	return ToilEntry{
		ID: string(e.ID), Day: string(e.Day), Service: names.optional(e.Service), Score: e.Score(), Origin: e.Origin, CreatedAt: e.CreatedAt, UpdatedAt: e.UpdatedAt, Version: e.Version,
		ToilWork: ToilWork{
			Minutes: e.Minutes, Category: string(e.Category), Manual: e.Manual, Repetitive: e.Repetitive, Automatable: e.Automatable, Tactical: e.Tactical,
			NoEnduringValue: e.NoEnduringValue, Grows: e.Grows, Link: e.Link, Note: e.Note,
		},
	}
}
