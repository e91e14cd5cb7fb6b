// Package api is the HTTP edge: the only importer of huma and chi. It knows
// requests, replies and the types on the wire; rules live in services, and a
// handler holds none. What every request meets is here once: its id, the caller,
// the permission that its operation declares, the strict pass over its body, the
// problem that an error becomes, log and metrics.
//
// # Adding an operation
//
// An operation is declared with register in the file of its noun, next to the
// functions that turn the domain's types into those on the wire:
//
//	register(a, operation{
//		id: "getTeam", method: http.MethodGet, path: "/v1/teams/{team}", tag: "Teams",
//		summary: "Get a team", rule: access.Rule{Verb: access.Read, Kind: access.KindTeam},
//	}, func(ctx context.Context, in *struct {
//		IfNoneMatch
//		Team string `path:"team" maxLength:"63"`
//	}) (*reply[Team], error) {
//		t, err := teams.Team(ctx, in.Team)
//		return found(in.IfNoneMatch, t.Version, toTeam(t)), err
//	})
//
// The handler is called with the caller in its context (access.CallerFrom), after
// the rule was permitted and the input fits its schema. The error it returns is
// what the service returned: faults become problems by one table, anything else a
// 500 that tells nothing.
//
// What goes into an input is embedded, and brings its replies with it:
//
//   - Paging, answered with listed: limit and after, next and a Link header.
//   - IfMatch, answered with current: 428 without the header, Version for the service.
//   - IfNoneMatch, answered with found: 304 for who has the version.
//   - Once, answered with create: an Idempotency-Key makes the POST safe to repeat.
//     The output is then created, with Location and ETag. For a POST that makes
//     nothing there is API.once.
//
// Under overload an operation is as critical as its method and its reply make it,
// see classOf; what pipelines wait for, or what is heavy, says so with class.
//
// Conventions that register checks, or that huma needs:
//
//   - What is embedded has an exported name. huma passes over others.
//   - Types of bodies, inner ones too, have names: clients are generated from them.
//     Create, update and read types are apart; a field of a body that is never sent
//     has no place in it.
//   - Optional fields carry omitempty; one that may be null is a pointer with the
//     tag nullable:"true". Fields that hold a secret are named so, or tagged
//     format:"password": their values are never told.
//   - A body that is not JSON is a RawBody []byte with the tag contentType; the
//     strict pass and the schema do not look at it.
//   - huma's Resolver is not used on bodies: they are decoded after it would run.
//   - A body's bytes are gone when the handler has returned.
//
// Pages and other handlers come in with API.Handle, and call SecurePage.
package api
