package lint

// judged is a sentence with the verdict of a reader: whether it puts blame on somebody, or looks
// for a single cause, as the books on blameless postmortems warn of (Site Reliability Engineering,
// chapter 15; The Site Reliability Workbook, chapter 10; Dekker, The Field Guide to Understanding
// Human Error). They are written in the style of published postmortems, half of them innocent, and
// were judged before the lint was written.
type judged struct {
	text  string
	blame bool
}

var statements = []judged{
	// Somebody should have done otherwise.
	{"The on-call engineer should have noticed the queue growing before lunch.", true},
	{"She should have asked a second person before she ran the migration.", true},
	{"We should have tested the failover in staging.", true},
	{"Bob could have rolled back an hour earlier.", true},
	{"The reviewer ought to have caught the missing index.", true},
	{"Operators should not have restarted both replicas at once.", true},
	{"The database team should've been more attentive to the disk alerts.", true},
	{"The alert should have fired after five minutes, but its threshold was set for the old traffic.", false},
	{"A circuit breaker would have kept the retries from reaching the database.", false},
	{"The load balancer should have taken the node out of rotation when its health check failed.", false},
	{"With the new limit in place, the queue could have grown to 40,000 entries only.", false},
	{"Requests that should have taken 80 ms took four seconds.", false},
	{"The certificate should have been renewed automatically 30 days before it ran out.", false},

	// Somebody failed to.
	{"The release engineer failed to follow the checklist.", true},
	{"He forgot to set the feature flag back.", true},
	{"The team neglected to update the runbook after the last incident.", true},
	{"Nobody bothered to look at the dashboard.", true},
	{"The contractor did not read the instructions and deleted the wrong volume.", true},
	{"The developer ignored the warning in the build output.", true},
	{"The SRE on duty missed the page for 25 minutes.", true},
	{"Support didn't escalate the tickets of the morning.", true},
	{"They refused to stop the rollout.", true},
	{"The deployment failed to start because the image could not be pulled.", false},
	{"Three of five pods failed to become ready within the time.", false},
	{"The health check ignored errors of the cache.", false},
	{"The page was sent to a rotation that nobody was in, and was acknowledged after 25 minutes.", false},
	{"The engineer followed the runbook, which named the wrong cluster.", false},
	{"The on-call engineer saw three dashboards of which two were green, and looked for the fault elsewhere.", false},
	{"The validator did not check that the list was empty.", false},
	{"The client forgot its session when the node was replaced.", false},
	{"The cron job missed two runs while the leader changed.", false},
	{"At 09:40 Ada declared an incident and took the role of commander.", false},

	// Care, and character.
	{"This was a careless change.", true},
	{"The outage was caused by sloppy work on the firewall rules.", true},
	{"It was negligent to deploy on a Friday evening.", true},
	{"A reckless configuration change took the edge down.", true},
	{"Somebody carelessly pasted the command into the wrong terminal.", true},
	{"This stupid mistake cost us four hours of the budget.", true},
	{"The intern mistakenly ran the script against production.", true},
	{"The operator accidentally selected the production account.", true},
	{"The change was reviewed by two people, and its tests passed.", false},
	{"Nothing about the change was careless: it was made as the guide says.", false},
	{"The terminal for staging and that for production look the same.", false},
	{"The command takes the name of the environment from a variable, which was set in that shell.", false},
	{"Both accounts are in the same menu, and the first one is selected when it opens.", false},
	{"The budget of the quarter was spent within four hours.", false},

	// Human error, and the one cause.
	{"Root cause: human error.", true},
	{"The incident was due to operator error during maintenance.", true},
	{"The outage was the result of user error by the platform group.", true},
	{"The root cause was a wrong value in the routing table.", true},
	{"The sole cause of the incident was the expired certificate.", true},
	{"There was only one root cause.", true},
	{"It was Kurt's fault that the backup was not restored.", true},
	{"Kurt is to blame for the delay.", true},
	{"Kurt broke the build that was then rolled out.", true},
	{"The person who wrote the query is responsible for the outage.", true},
	{"Human error is where we began to look, and not where we stopped.", false},
	{"Several conditions had to come together: a full disk, a silent alert and a slow failover.", false},
	{"The root causes and contributing factors are listed below.", false},
	{"We found no single root cause.", false},
	{"One contributing factor was that the limit had never been tested.", false},
	{"The trigger was a deployment of version 2.14.0 at 14:02.", false},
	{"Kurt restored the backup from the evening before.", false},
	{"The payments team is responsible for the ledger and was called at 10:12.", false},
	{"The fault was in the parser of the header, which took an empty list for a full one.", false},
	{"A user error page was shown to 3 % of visitors.", false},
	{"The error message said \"operator error\", though no operator was involved.", false},
	{"The broker broke off the connection after 30 seconds.", false},
	{"Grace read the logs of the proxy and found that it retried each request nine times.", false},
	{"The vendor's API answered 503 between 10:02 and 11:40.", false},
	{"Our monitoring asked every minute, while the spikes lasted ten seconds.", false},
	{"The queue's consumer was blamed first, as its lag was what the dashboard showed.", false},
	{"Because the alert had been noisy for weeks, it was routed to a channel that few people read.", false},
}

// The same for action items: whether it is sent back because nobody can tell when it is done. The
// pairs of the first ten are those of the workbook's chapter on postmortems and of PagerDuty's and
// Atlassian's guides, in other words.
var actions = []judged{
	{"Investigate monitoring for this incident.", true},
	{"Fix the issue that caused the outage.", true},
	{"Make sure that the schema is checked before it is changed.", true},
	{"Improve the alerting.", true},
	{"Be more careful with migrations.", true},
	{"Alert when the service answers more than 1 % of requests with errors for five minutes.", false},
	{"Answer an empty postal code in the address form with a message instead of a crash.", false},
	{"Add an automatic check of schema changes before they are merged.", false},
	{"Page the ledger's on-call when replication lags by more than 60 seconds.", false},
	{"Refuse migrations that lock a table for longer than 2 seconds.", false},
	{"Look into the retries of the client.", true},
	{"Consider a circuit breaker.", true},
	{"Discuss the rollout with the platform team.", true},
	{"Train everybody on the new console.", true},
	{"Remind people to check the dashboard after a deployment.", true},
	{"Pay attention to disk alerts.", true},
	{"Better documentation of the failover.", true},
	{"Monitoring of the queue.", true},
	{"Think about moving to another region.", true},
	{"Raise awareness of the limits.", true},
	{"Limit the client's retries to three, with jitter.", false},
	{"Put a circuit breaker between checkout and the ledger that opens at 50 % errors.", false},
	{"Write down in the runbook how the failover is undone, and rehearse it once.", false},
	{"Show the name of the environment in red in production shells.", false},
	{"Delete the feature flag old-cart.", false},
	{"Investigate why the lag grew, and write the answer into the postmortem by 12 December.", false},
	{"Move certificates to automatic renewal.", false},
	{"Rehearse the restore of the ledger's backup each quarter.", false},
	{"Set the pool's size to 40 and load-test it at twice the peak.", false},
	{"Remove the manual step from the release.", false},
}
