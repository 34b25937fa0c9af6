export const greeting = "hello ";
