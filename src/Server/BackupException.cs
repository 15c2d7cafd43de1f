namespace Slipway.Server;

/// <summary>A backup cannot be made, used or restored. The message says which and why, for whoever asked.</summary>
public sealed class BackupException(string message, Exception? inner = null) : Exception(message, inner);
