export const scorecardsMessages = {};
