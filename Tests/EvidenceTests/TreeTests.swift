import Foundation
import Recordings
import Testing

@testable import Evidence

/// Hashes and proofs of the tree, compared with published vectors and with the definition.
@Suite struct `The tree` {
    /// The leaves of the vectors that the Certificate Transparency projects publish for RFC 6962.
    private static let leaves: [[UInt8]] = [
        [], [0x00], [0x10], [0x20, 0x21], [0x30, 0x31], [0x40, 0x41, 0x42, 0x43],
        Array(0x50...0x57), Array(0x60...0x6F),
    ]

    private static let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]

    @Test func `has the roots of RFC 6962's vectors`() {
        var frontier = TreeFrontier()
        #expect(frontier.root.description == Self.roots[0])
        for (place, leaf) in Self.leaves.enumerated() {
            frontier.append(.leaf(leaf))
            #expect(frontier.root.description == Self.roots[place + 1])
        }
    }

    @Test(arguments: [
        (0, 8, ["96a296d224f285c6", "5f083f0a1a33ca07", "6b47aaf29ee3c2af"]),
        (5, 8, ["bc1a0643b12e4d2d", "ca854ea128ed050b", "d37ee418976dd957"]),
        (2, 3, ["fac54203e7cc696c"]),
        (1, 5, ["6e340b9cffb37a98", "5f083f0a1a33ca07", "bc1a0643b12e4d2d"]),
        (0, 1, []),
    ]) func `has the inclusion proofs of the vectors`(_ index: Int, _ size: Int, _ wanted: [String]) throws {
        let source = Definition(Self.leaves.map { .leaf($0) })
        let path = try TreeProof.inclusion(of: Int64(index), in: Int64(size), source)
        #expect(path.map { String($0.description.prefix(16)) } == wanted)
    }

    @Test(arguments: [
        (1, 1, []),
        (1, 8, ["96a296d224f285c6", "5f083f0a1a33ca07", "6b47aaf29ee3c2af"]),
        (6, 8, ["0ebc5d3437fbe2db", "ca854ea128ed050b", "d37ee418976dd957"]),
        (2, 5, ["5f083f0a1a33ca07", "bc1a0643b12e4d2d"]),
    ]) func `has the consistency proofs of the vectors`(_ old: Int, _ size: Int, _ wanted: [String]) throws {
        let source = Definition(Self.leaves.map { .leaf($0) })
        let proof = try TreeProof.consistency(of: Int64(old), with: Int64(size), source)
        #expect(proof.map { String($0.description.prefix(16)) } == wanted)
    }

    /// 0 to 1,025 leaves: four full tiles of the lowest level, and one leaf beyond.
    private static let sizes = 1_025

    /// Every leaf of each tree of up to 260; of larger ones, one in 16, different for each size, and all around the
    /// edges of tiles and complete subtrees.
    private static func isTried(_ index: Int, _ size: Int) -> Bool {
        if size <= 260 || index % 16 == size % 16 || index > size - 3 { return true }
        let next = (index + 2).nonzeroBitCount == 1 || (index + 1).nonzeroBitCount == 1
        return next || index.nonzeroBitCount == 1 || index % 256 == 255
    }

    @Test(arguments: 0..<8) func `of every size to 1,025 has the roots and proofs of the definition, and they hold`(
        _ share: Int
    ) throws {
        let leaves = (0..<Self.sizes).map { TreeHash.leaf(Array("leaf \($0)".utf8)) }
        let definition = Definition(leaves)
        var frontier = TreeFrontier()
        for size in 0...Self.sizes {
            if size > 0 { frontier.append(leaves[size - 1]) }
            guard size % 8 == share else { continue }
            let root = definition.root(0..<size)
            try #require(frontier.root == root, "root of \(size)")
            for index in 0..<size where Self.isTried(index, size) {
                let path = try TreeProof.inclusion(of: Int64(index), in: Int64(size), definition)
                let isRight =
                    path == definition.path(index, 0..<size)
                    && TreeProof.root(leaf: leaves[index], index: Int64(index), size: Int64(size), path: path) == root
                if !isRight { try #require(Bool(false), "entry \(index) of \(size)") }
            }
            for old in 0...size where Self.isTried(old, size) {
                let proof = try TreeProof.consistency(of: Int64(old), with: Int64(size), definition)
                let oldRoot = definition.root(0..<old)
                let isRight =
                    proof == (old == 0 ? [] : definition.proof(old, 0..<size))
                    && TreeProof.isConsistent(Int64(old), oldRoot, Int64(size), root, proof)
                if !isRight { try #require(Bool(false), "\(old) of \(size)") }
            }
        }
    }

    @Test func `refuses each proof that is changed in one hash, lacks one, or has one more`() throws {
        let leaves = (0..<70).map { TreeHash.leaf(Array("leaf \($0)".utf8)) }
        let definition = Definition(leaves)
        let other = TreeHash.leaf(Array("another".utf8))
        for size in 1...70 {
            let root = definition.root(0..<size)
            for index in 0..<size {
                let path = definition.path(index, 0..<size)
                for wrong in Self.variants(path, other) {
                    let found = TreeProof.root(
                        leaf: leaves[index],
                        index: Int64(index),
                        size: Int64(size),
                        path: wrong
                    )
                    #expect(found != root, "entry \(index) of \(size)")
                }
                for place in 0..<size where place != index {
                    let found = TreeProof.root(leaf: leaves[index], index: Int64(place), size: Int64(size), path: path)
                    #expect(found != root, "entry \(index) of \(size) as \(place)")
                }
            }
            for old in 0..<size {
                let proof = old == 0 ? [] : definition.proof(old, 0..<size)
                let oldRoot = definition.root(0..<old)
                for wrong in Self.variants(proof, other) {
                    #expect(
                        !TreeProof.isConsistent(Int64(old), oldRoot, Int64(size), root, wrong),
                        "\(old) of \(size)"
                    )
                }
                #expect(!TreeProof.isConsistent(Int64(old), other, Int64(size), root, proof))
                if old > 0 { #expect(!TreeProof.isConsistent(Int64(old), oldRoot, Int64(size), other, proof)) }
            }
        }
    }

    private static func variants(_ path: [TreeHash], _ other: TreeHash) -> [[TreeHash]] {
        var variants = [path + [other], [other] + path]
        for place in path.indices {
            var changed = path
            changed[place] = other
            variants.append(changed)
            changed = path
            changed.remove(at: place)
            variants.append(changed)
        }
        return variants
    }

    @Test(arguments: [
        (0, "tile/0/000"), (67, "tile/0/067"), (999, "tile/0/999"), (1_000, "tile/0/x001/000"),
        (1_234_067, "tile/0/x001/x234/067"), (70_000_005, "tile/0/x070/x000/005"),
    ]) func `names its tiles as C2SP does`(_ index: Int64, _ path: String) {
        #expect(TilePlace(.hashes(level: 0), index: index).path == path)
        #expect(TilePlace(.hashes(level: 3), index: index, width: 5).path == "tile/3" + path.dropFirst(6) + ".p/5")
        #expect(TilePlace(.entries, index: index).path == "tile/entries" + path.dropFirst(6))
    }
}
