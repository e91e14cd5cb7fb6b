export const scorecardsMessages = {} as const;
