// Package correction holds times whose events do not count as they were measured:
// maintenance, deployments, measurements that were wrong. A correction is once or comes
// again by a rule; it has a reason and an author, is never changed, and what was measured
// stays as it is: removing the correction restores every figure. What corrections lay over
// measurements is measure/window's Overlay; who evaluates asks for those in force.
package correction
