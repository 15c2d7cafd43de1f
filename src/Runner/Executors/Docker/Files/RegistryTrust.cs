using System.Text;
using Slipway.Runner.Executors.Docker.Engine;

namespace Slipway.Runner.Executors.Docker.Files;

/// <summary>
/// Makes what runs in a container trust the registry of a local run: the certificate goes where Docker's engine and the containers' tools look for one of that
/// registry. https://docs.docker.com/engine/security/certificates/
/// </summary>
internal static class RegistryTrust
{
    private const UnixFileMode ForAll = (UnixFileMode)0x1A4;

    /// <param name="container">Made and not started, or between two scripts.</param>
    /// <exception cref="EngineException">Its file system takes nothing.</exception>
    public static Task PutAsync(EngineClient engine, string container, OwnRegistry registry, DateTimeOffset now, CancellationToken ct) =>
        engine.PutArchiveAsync(
            container,
            "/",
            async (stream, token) =>
            {
                var pem = Encoding.UTF8.GetBytes(registry.Certificate);
                // The engine makes folders that are missing, and leaves those that are there as they are.
                await using var tar = new TarOutput(stream, "", now) { HasFolders = true };
                using var content = new MemoryStream(pem);
                await tar.FileAsync($"etc/docker/certs.d/{registry.Name}/ca.crt", ForAll, now, pem.Length, content, token);
            },
            ct
        );
}
