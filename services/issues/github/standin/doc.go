// Package standin stands in for GitHub in tests: a server on the loopback
// interface that keeps owners, repositories, issues, labels, comments, apps and
// tokens, and answers as GitHub's REST API does. Every request and every reply is
// checked against GitHub's own OpenAPI description, and every webhook against its
// own; what is not valid fails the test. Time is the test's. Faults happen by a
// plan or by a seed. Only tests import it; what talks to GitHub is not here.
//
// A test makes the world that it needs and points its client there:
//
//	clock := clock.NewManual(start)
//	script := standin.NewScript(standin.Step{Operation: "issues/create", Fault: standin.Fault{Kind: standin.LostReply}})
//	hub := standin.New(t, standin.Options{Now: clock.Now, Plan: script, WebhookSecret: secret})
//	hub.Organization("acme")
//	hub.User("wanda")
//	hub.Public("acme/api")
//	hub.Collaborator("acme/api", "wanda", standin.Write)
//	client.BaseURL = hub.URL + "/" // and the token is hub.Token("wanda")
//
// It then does what people do (hub.Person("wanda").Close), delivers webhooks
// (hub.Deliveries), and asks what is there (hub.Issues) and what came (hub.Requests,
// hub.Early, hub.Hurried).
//
// What it answers follows docs.github.com, the description, and replies that people
// reported; the words of some refusals are its own. Operations, parameters and
// fields that it does not know fail the test instead of being ignored.
package standin
