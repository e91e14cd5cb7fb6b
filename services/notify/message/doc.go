// Package message writes what receivers are sent: CloudEvents with the signature of
// Standard Webhooks, alerts of Alertmanager, events of PagerDuty, messages of Slack and
// texts of e-mail. It is pure: the same event gives the same bytes. Who is sent what, and
// over which connection, is not here.
package message
