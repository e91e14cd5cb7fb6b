package api

import (
	"context"
	"net/http"

	"github.com/evenkeel/evenkeel/api/admission"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/audit/chain"
	"github.com/evenkeel/evenkeel/services/audit/seal"
)

func (a *API) addAuditSeals(r Rooms) {
	type headReply struct{ Body AuditHead }
	register(a, operation{
		id: "getAuditHead", method: http.MethodGet, path: "/v1/audit/head", tag: "Audit",
		summary: "Get the signed head of the audit log", description: "For whoever keeps it elsewhere: up to there the log can be proved later to be as it was. It tells nothing of what is in the log.",
		rule: access.Rule{Verb: access.Read, Kind: access.KindReport}, errors: unsigned(http.StatusNotFound),
	}, func(ctx context.Context, _ *nothing) (*headReply, error) {
		h, err := r.Seals.Head(ctx)
		if err != nil {
			return nil, err
		}
		return &headReply{Body: toAuditHead(h)}, nil
	})

	type export struct {
		Paging
		State string `query:"state" enum:"sealed,unsealed,stray" default:"sealed" doc:"sealed: the links of the chain. unsealed: the youngest entries, which wait for the job seal-audit. stray: entries that say they are sealed and are not, which is tampering."`
	}
	register(a, operation{
		id: "exportAudit", method: http.MethodGet, path: "/v1/audit/export", tag: "Audit",
		summary: "Export the audit log with its seals", description: "The oldest first, with all that proves it, so that it can be verified without the installation; \"evenkeel audit export\" writes it all into a file. Administrators only.",
		rule: access.Rule{Verb: access.Read, Kind: access.KindAudit}, class: admission.Reports,
	}, func(ctx context.Context, in *export) (*list[AuditSeal], error) {
		seals, err := r.Seals.Export(ctx, seal.State(in.State), in.Request())
		if err != nil {
			return nil, err
		}
		return listed(ctx, seals, toAuditSeal), nil
	})

	type verification struct {
		From  int64 `query:"from" minimum:"1" maximum:"9007199254740991" default:"1" doc:"The number of the first seal to look at."`
		Limit int   `query:"limit" minimum:"1" maximum:"5000" default:"1000" doc:"How many to look at, at most."`
	}
	type verified struct{ Body AuditVerification }
	register(a, operation{
		id: "verifyAudit", method: http.MethodGet, path: "/v1/audit/verification", tag: "Audit",
		summary: "Verify the audit log", description: "A part of the chain, of what it seals, and of the anchors that the database keeps. Against somebody who can write all of the database only anchors that are kept elsewhere help: \"evenkeel audit verify\" compares an export with those. Administrators only.",
		rule: access.Rule{Verb: access.Read, Kind: access.KindAudit}, errors: unsigned(), class: admission.Reports,
	}, func(ctx context.Context, in *verification) (*verified, error) {
		v, err := r.Seals.Verify(ctx, in.From, in.Limit)
		if err != nil {
			return nil, err
		}
		return &verified{Body: toAuditVerification(v)}, nil
	})
}

// unsigned are the errors of what is signed: without a key of the configuration, the installation's own
// cannot be kept or read.
func unsigned(besides ...int) []int { return append(besides, http.StatusPreconditionFailed) }

func toAuditHead(h seal.Head) AuditHead {
	out := AuditHead{
		AuditAnchor: AuditAnchor{Number: h.Number, Hash: h.Hash, At: h.At, PublicKey: h.PublicKey, Signature: h.Signature},
		Unsealed:    h.Unsealed, OldestUnsealedAt: h.OldestUnsealed,
	}
	if k := h.Last; k != nil {
		out.LastAnchor = &KeptAnchor{Number: k.Number, Hash: k.Hash, At: k.At, WrittenAt: k.WrittenAt, PostedAt: k.PostedAt}
	}
	return out
}

func toAuditSeal(s chain.Seal) AuditSeal {
	out := AuditSeal{Number: s.Number, EntryID: s.EntryID, Digest: s.Digest, Hash: s.Hash}
	if e := s.Entry; e != nil {
		out.Entry = &SealedEntry{
			ID: e.ID, At: e.At, Outcome: e.Outcome, ActorKind: e.ActorKind, ActorPerson: e.ActorPerson, ActorTeam: e.ActorTeam, ActorToken: e.ActorToken,
			Action: e.Action, ObjectKind: e.ObjectKind, ObjectID: e.ObjectID, Team: e.Team,
			ActorName: e.Texts[0], ObjectLabel: e.Texts[1], Reason: e.Texts[2], Changes: e.Texts[3],
			Proof: e.Proof, RedactedBy: e.RedactedBy, Seal: e.Seal,
		}
	}
	return out
}

func toAuditVerification(v seal.Verification) AuditVerification {
	out := AuditVerification{
		From: v.From, To: v.To, PreviousHash: v.Previous, Checked: v.Checked, Anchored: v.Anchored, Findings: []AuditFinding{}, MoreFindings: v.More,
		Next: v.Next, Unsealed: v.Unsealed, OldestUnsealedAt: v.OldestUnsealed,
	}
	for _, f := range v.Findings {
		out.Findings = append(out.Findings, AuditFinding{Kind: string(f.Kind), Number: f.Number, EntryID: f.Entry, Message: f.Message})
	}
	return out
}
