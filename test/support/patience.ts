/** Factor for the time limits of tests, which are no less strict for it: a machine may be slow, or have much else to do. */
export const patience = Number(process.env.TOWLINE_LAB_PATIENCE ?? 1);
