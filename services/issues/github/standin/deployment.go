package standin

import "time"

// Deployment is one that is made.
type Deployment struct {
	Ref, SHA    string
	Task        string // empty means "deploy"
	Environment string
	// Production is whether GitHub takes the environment for production.
	Production  bool
	Description string
	// Action is whether a run of GitHub's Actions makes it.
	Action bool
}

// Deployed is a deployment on GitHub.
type Deployed struct {
	p          Person
	ID         int64
	repository string
	what       Deployment
	created    time.Time
}

// Deploy makes a deployment.
func (p Person) Deploy(fullName string, d Deployment) Deployed {
	if d.Task == "" {
		d.Task = "deploy"
	}
	out := Deployed{p: p, repository: fullName, what: d}
	p.in(fullName, func(r *repository, by *account) {
		out.ID, out.created = p.g.newID(), p.g.options.Now()
		p.g.emit("deployment", "created", r, by, out.render("deployment-created", r, by, nil))
	})
	return out
}

// Becomes has the deployment come to a state, such as "in_progress" or "success".
func (d Deployed) Becomes(state string) {
	d.p.in(d.repository, func(r *repository, by *account) {
		now := d.p.g.options.Now().UTC().Format(time.RFC3339)
		d.p.g.emit("deployment_status", "created", r, by, d.render("deployment-status-created", r, by, object{"state": state, "created_at": now, "updated_at": now}))
	})
}

// render are the parts of the webhook: the deployment, and its status where it has one.
func (d Deployed) render(payload string, r *repository, by *account, status object) object {
	g := d.p.g
	real := rebase(g.payloads[payload], g.toName(g.payloads[payload], r)).(object)
	made := d.created.UTC().Format(time.RFC3339)
	var description any
	if d.what.Description != "" {
		description = d.what.Description
	}
	out := object{"deployment": with(real["deployment"].(object), object{
		"id": d.ID, "ref": d.what.Ref, "sha": d.what.SHA, "task": d.what.Task, "environment": d.what.Environment, "original_environment": d.what.Environment,
		"production_environment": d.what.Production, "description": description, "creator": g.renderAccount(by), "created_at": made, "updated_at": made,
	})}
	if status != nil {
		out["deployment_status"] = with(real["deployment_status"].(object), with(status, object{"environment": d.what.Environment, "creator": g.renderAccount(by)}))
	}
	for _, name := range []string{"workflow", "workflow_run", "check_run"} {
		switch value, has := real[name].(object); {
		case has && d.what.Action && name == "workflow_run": // with what came since
			out[name] = with(value, object{"path": ".github/workflows/deploy.yml", "display_title": "Deploy"})
		case has && d.what.Action:
			out[name] = value
		case has:
			out[name] = nil
		}
	}
	return out
}
