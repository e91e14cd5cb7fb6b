// Package supply holds what people say of SLOs where nothing measures it: what caused that a
// budget was spent, and which share of it single incidents took. Conditions of policies are
// judged on it like on other facts. Of what nobody said, incidents tell, by what was measured
// while they lasted; where there is none, the cause is unclassified, and no incident took
// anything: both are known. What was said holds until a time.
package supply
