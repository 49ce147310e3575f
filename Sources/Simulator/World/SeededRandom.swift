import Foundation

/// A deterministic source of numbers (SplitMix64): the same seed and labels give the same sequence on every machine.
///
/// Everything in a simulated world is drawn from such a source, created from the world's seed and labels that say what
/// is drawn. So any call can be made without the ones before it.
struct SeededRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(_ seed: UInt64, _ labels: UInt64...) {
        state = labels.reduce(Self.mix(seed)) { Self.mix($0 ^ Self.mix($1 &+ 0x9E37_79B9_7F4A_7C15)) }
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Self.mix(state)
    }

    static func mix(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Evenly distributed in 0 ..< 1.
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    mutating func chance(_ share: Double) -> Bool { unit() < share }

    mutating func uniform(_ range: ClosedRange<Double>) -> Double {
        range.lowerBound + (range.upperBound - range.lowerBound) * unit()
    }

    mutating func below(_ count: Int) -> Int { count > 0 ? Int(next() % UInt64(count)) : 0 }

    /// The heavy-tailed length of calls: half are shorter than `median`, and they average `mean`.
    mutating func logNormal(median: Double, mean: Double) -> Double {
        let deviation = (2 * Foundation.log(mean / median)).squareRoot()
        return median * Foundation.exp(deviation * normal())
    }

    /// A seed for a separate sequence, which does not change this one.
    func peek() -> UInt64 {
        var copy = self
        return copy.next()
    }

    private mutating func normal() -> Double {
        let radius = (-2 * Foundation.log(max(unit(), 1e-300))).squareRoot()
        return radius * Foundation.cos(2 * .pi * unit())
    }
}

extension Array {
    /// One of the elements; no caller has an empty array.
    func pick(_ random: inout SeededRandom) -> Element { self[random.below(count)] }
}
