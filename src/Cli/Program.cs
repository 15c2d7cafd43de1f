using Slipway.Cli;

return SlipwayProgram.Run(args, Surroundings.OfThisProcess());
