using Xunit;

namespace Slipway.Lab.Tests;

/// <summary>One engine, one registry, one test at a time: docker-in-docker takes most of a small machine.</summary>
[CollectionDefinition(nameof(LabEngine))]
public sealed class LabEngineCollection : ICollectionFixture<LabEngine>;
