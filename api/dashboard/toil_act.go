package dashboard

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/toil"
	"github.com/evenkeel/evenkeel/services/toil/share"
)

// sent is the form of the page that was sent, and what is wrong with it; no form where the page is only looked at.
type sent struct {
	act string
	in  *filled
}

// of is what was filled in of the form.
func (s sent) of(act string) *filled {
	if s.act == act {
		return s.in
	}
	return &filled{}
}

// doToil does what a form of the page asks for.
func (d *Dashboard) doToil(v *visit, in *filled) (string, screen, error) {
	team, err := d.sources.Registry.TeamFor(v.ctx, v.PathValue("team"))
	if err != nil {
		return "", screen{}, err
	}
	acts := map[string]func(*visit, registry.Team) (string, error){
		"answer": d.answerToil, "log": d.logToil, "strike": d.strikeToil, "take": d.takeToil, "dismiss": d.dismissToil,
		"estimate": d.estimateToil, "want": d.wantToil, "survey": d.surveyToil, "settings": d.settleToil,
	}
	act, there := acts[v.PathValue("act")]
	if !there {
		return "", screen{}, fault.Missing("act", v.PathValue("act"))
	}
	at, err := act(v, team)
	if err == nil {
		return toilURL(team.Slug) + at, screen{}, nil
	}
	if !in.refused(err) {
		return "", screen{}, err
	}
	s, err := d.toilScreen(v, team, sent{v.PathValue("act"), in})
	return "", s, err
}

// number is a field that holds one; what is none is refused by the rules as 0 is, but for what may be 0.
func (v *visit) number(name string) int {
	n, err := strconv.Atoi(v.typed(name))
	if err != nil {
		return -1
	}
	return n
}

// decimal is likewise one that may have a part.
func (v *visit) decimal(name string) float64 {
	n, err := strconv.ParseFloat(v.typed(name), 64)
	if err != nil || n != n || n > 1e6 || n < -1e6 {
		return -1
	}
	return n
}

func answerOf(form url.Values) toil.AnswerInput {
	percent, err := strconv.Atoi(form.Get("share"))
	if err != nil {
		percent = -1
	}
	away, err := strconv.Atoi(cmp.Or(form.Get("away"), "0"))
	if err != nil {
		away = -1
	}
	in := toil.AnswerInput{Percent: percent, Category: toil.Category(form.Get("category")), Away: away, Note: form.Get("note")}
	if percent == 0 {
		in.Category = "" // the form has it chosen whatever button is pressed
	}
	return in
}

func (d *Dashboard) answerToil(v *visit, team registry.Team) (string, error) {
	_, err := d.sources.Toil.Answer(v.ctx, team.ID, share.Week(v.typed("week")), answerOf(v.PostForm))
	return "", err
}

func (v *visit) toilWork() toil.EntryInput {
	has := func(name string) bool { return slices.Contains(v.PostForm["traits"], name) }
	return toil.EntryInput{
		Day: clock.Date(v.typed("day")), Minutes: v.number("minutes"), Category: toil.Category(v.typed("category")), Service: id.ID(v.typed("service")), Link: v.typed("link"), Note: v.typed("note"),
		Traits: toil.Traits{Manual: has("manual"), Repetitive: has("repetitive"), Automatable: has("automatable"), Tactical: has("tactical"), NoEnduringValue: has("noEnduringValue"), Grows: has("grows")},
	}
}

func (d *Dashboard) logToil(v *visit, team registry.Team) (string, error) {
	_, err := d.sources.Toil.Log(v.ctx, team.ID, v.toilWork())
	return "#entries", err
}

func (d *Dashboard) strikeToil(v *visit, team registry.Team) (string, error) {
	return "#entries", d.sources.Toil.Strike(v.ctx, team.ID, id.ID(v.typed("entry")), int64(v.number("version")))
}

func (d *Dashboard) takeToil(v *visit, team registry.Team) (string, error) {
	_, err := d.sources.Toil.Take(v.ctx, team.ID, id.ID(v.typed("proposal")), v.toilWork())
	return "#entries", err
}

func (d *Dashboard) dismissToil(v *visit, team registry.Team) (string, error) {
	return "#entries", d.sources.Toil.Dismiss(v.ctx, team.ID, id.ID(v.typed("proposal")))
}

func (d *Dashboard) estimateToil(v *visit, team registry.Team) (string, error) {
	_, err := d.sources.Toil.Estimate(v.ctx, team.ID, toil.EstimateInput{
		Service: id.ID(v.typed("service")), Category: toil.Category(v.typed("category")), Estimate: toil.Estimate{Title: v.typed("title"), BuildMinutes: int(v.decimal("hours") * 60)},
	})
	return "#candidates", err
}

func (d *Dashboard) wantToil(v *visit, team registry.Team) (string, error) {
	_, err := d.sources.Toil.Want(v.ctx, team.ID, id.ID(v.typed("candidate")), int64(v.number("version")))
	return "#candidates", err
}

func (d *Dashboard) surveyToil(v *visit, team registry.Team) (string, error) {
	in := toil.SurveyInput{Percent: v.number("share"), Category: toil.Category(v.typed("category")), Wish: v.typed("wish"), Course: toil.Course(v.typed("course")), OnCall: toil.Load(v.typed("onCall"))}
	if in.Percent == 0 {
		in.Category = ""
	}
	_, err := d.sources.Toil.Survey(v.ctx, team.ID, share.Quarter(v.typed("quarter")), in)
	return "#survey", err
}

func (d *Dashboard) settleToil(v *visit, team registry.Team) (string, error) {
	_, err := d.sources.Toil.Decide(v.ctx, team.ID, int64(v.number("version")), toil.SettingsInput{
		WeekMinutes: int(v.decimal("hours") * 60), WeekDays: v.number("days"), Overhead: v.number("overhead"), Cap: v.number("cap"), Asks: v.PostForm.Get("asks") != "", Incidents: v.PostForm.Get("incidents") != "",
	})
	return "", err
}
