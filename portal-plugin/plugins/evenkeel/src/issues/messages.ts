export const issuesMessages = {} as const;
