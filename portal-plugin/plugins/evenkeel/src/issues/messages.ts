export const issuesMessages = {};
