namespace Slipway.Runner;

/// <summary>
/// A registry on this machine that a job's containers reach by another name than their engine, over TLS with a certificate that nobody else knows: a local run's
/// own (docs/adr/0011).
/// </summary>
/// <param name="Name">What the job calls it, <c>172.17.0.1:40123</c>.</param>
/// <param name="EngineName">What the engine pulls from, <c>127.0.0.1:40123</c>: every Docker engine takes it as it is.</param>
/// <param name="Certificate">PEM. Put where engines, Podman, Buildah and Skopeo look for it in every container of the job.</param>
public sealed record OwnRegistry(string Name, string EngineName, string Certificate);
